"""What holds everything together: what is made once, and what follows the settings."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from mmdesk import compose
from mmdesk.settings import Settings


def test_the_shelf_is_kept_while_its_settings_hold() -> None:
    settings = Settings()
    with closing(compose.build(lambda event: None, settings, keep=False)) as application:
        first = application.shelf()
        application.use(replace(settings, theme="dark"))
        assert application.shelf() is first
        application.use(replace(settings, hub="modelscope"))
        second = application.shelf()
        assert second is not first
        application.use(replace(settings, hub="modelscope", dtype="float16"))
        assert application.shelf() is not second
