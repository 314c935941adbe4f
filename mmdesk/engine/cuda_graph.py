"""A step recorded once as a CUDA graph: the hundreds of kernels of a token as one launch.

https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs. The state of a capture is the
thread's own, so that recorder and graphs belong to the thread that holds the model.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from mmdesk.engine.fixed_step import FixedStep

_WARM_UPS = 2
"""Steps before the capture, in which cuBLAS and the like take their workspaces."""


class GraphRecorder:
    """Records steps, in a memory pool that they share: no two run at a time."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, step: FixedStep) -> Callable[[], None]:
        """Return what runs a step again.

        Raises:
            RuntimeError: something in the step can't be captured, or memory ran out.
        """
        current = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            for _ in range(_WARM_UPS):
                step()
        current.wait_stream(self._stream)
        graph = torch.cuda.CUDAGraph()
        try:
            # "thread_local": what other threads allocate meanwhile is no error.
            with torch.cuda.graph(
                graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"
            ):
                step()
        finally:
            # A capture that fails leaves its own stream behind as the current one.
            torch.cuda.set_stream(current)
        return graph.replay


class Outbox:
    """Tokens on their way from the device: one is read while the next is computed."""

    def __init__(self, device: torch.device) -> None:
        far = device.type == "cuda"
        self._slots = [torch.empty(1, dtype=torch.long, pin_memory=far) for _ in range(2)]
        # blocking: the thread sleeps; the next step is queued, so that waking up may take a while.
        self._copied = [torch.cuda.Event(blocking=True) for _ in self._slots] if far else []
        self._sent = self._received = 0

    def send(self, token: torch.Tensor) -> None:
        """Copy a token, (1,), once it is computed; at most two are on their way at a time."""
        place = self._sent % len(self._slots)
        self._slots[place].copy_(token, non_blocking=True)
        if self._copied:
            self._copied[place].record()
        self._sent += 1

    def receive(self) -> torch.Tensor:
        """Wait for the next token; return it, (1,), on the CPU."""
        place = self._received % len(self._slots)
        if self._copied:
            self._copied[place].synchronize()
        self._received += 1
        return self._slots[place].clone()
