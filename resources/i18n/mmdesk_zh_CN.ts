<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutPage</name>
    <message>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>The offline photo assistant: your pictures stay on this computer, unless you choose a server&apos;s model.</source>
        <translation>离线的图片助手：图片只留在本机，除非您选用服务器上的模型。</translation>
    </message>
    <message>
        <source>Free software under the Apache License 2.0, without any warranty.</source>
        <translation>自由软件，采用 Apache License 2.0 许可，不提供任何担保。</translation>
    </message>
    <message>
        <source>Third-party notices</source>
        <translation>第三方声明</translation>
    </message>
    <message>
        <source>The notices are in THIRD_PARTY_NOTICES.md of the source code.</source>
        <translation>声明见源代码中的 THIRD_PARTY_NOTICES.md。</translation>
    </message>
</context>
<context>
    <name>AnswersSection</name>
    <message>
        <source>The same every time</source>
        <translation>每次都相同</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>0 gives the same answer every time; higher is more varied.</source>
        <translation>为 0 时每次回答都相同；越高越多样。</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest words that add up to this share.</source>
        <translation>只从累计概率达到该比例的最可能的词中选取。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>最长回答</translation>
    </message>
    <message>
        <source>In tokens; a word is one or two.</source>
        <translation>以 token 计；一个词约为一到两个。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed draws the same answer.</source>
        <translation>种子相同，回答就相同。</translation>
    </message>
</context>
<context>
    <name>ArchiveDesk</name>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open conversation</source>
        <translation>打开对话</translation>
    </message>
</context>
<context>
    <name>ArchivePage</name>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Writes all conversations into a folder; single ones and folders from the menu in the list. JSON can be imported again, Markdown is to be read. Nothing that is there is written over.</source>
        <translation>将全部对话写入一个文件夹；单个对话和文件夹可从列表的菜单导出。JSON 可以再次导入，Markdown 供阅读。已有的文件不会被覆盖。</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Takes JSON files that mmdesk has exported, or another program in the form of OpenAI&apos;s messages. What is there already stays as it is.</source>
        <translation>可导入 mmdesk 导出的 JSON 文件，或其他程序以 OpenAI messages 格式导出的文件。已有的内容保持不变。</translation>
    </message>
    <message>
        <source>Backups</source>
        <translation>备份</translation>
    </message>
    <message>
        <source>mmdesk keeps a copy of all conversations from each of 12 days, 10 weeks and 9 months in which something changed.</source>
        <translation>mmdesk 会为有改动的 12 天、10 周和 9 个月各保留一份全部对话的副本。</translation>
    </message>
    <message>
        <source>Export all…</source>
        <translation>全部导出…</translation>
    </message>
    <message>
        <source>Import files…</source>
        <translation>导入文件…</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>导入文件夹…</translation>
    </message>
</context>
<context>
    <name>AttachmentStrip</name>
    <message>
        <source>Files of this question</source>
        <translation>这个问题的文件</translation>
    </message>
</context>
<context>
    <name>AttachmentTile</name>
    <message>
        <source>{name}, being read</source>
        <translation>{name}，正在读取</translation>
    </message>
</context>
<context>
    <name>BackupList</name>
    <message>
        <source>Looking for backups…</source>
        <translation>正在查找备份…</translation>
    </message>
    <message>
        <source>There is no backup yet.</source>
        <translation>还没有备份。</translation>
    </message>
</context>
<context>
    <name>BackupRow</name>
    <message>
        <source>Restore…</source>
        <translation>恢复…</translation>
    </message>
    <message>
        <source>Restore the backup of {when} ({conversations})</source>
        <translation>恢复 {when} 的备份（{conversations}）</translation>
    </message>
    <message>
        <source>All conversations become as they were then. Those of now are set aside in a file of their own, not deleted.</source>
        <translation>全部对话将恢复为当时的样子。现在的对话会另存为单独的文件，不会被删除。</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>BinPage</name>
    <message>
        <source>Bin</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Conversations stay here for {days} days.</source>
        <translation>对话会在这里保留 {days} 天。</translation>
    </message>
    <message>
        <source>There is nothing in the bin.</source>
        <translation>回收站是空的。</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Take back “{title}”</source>
        <translation>恢复“{title}”</translation>
    </message>
</context>
<context>
    <name>ComparisonBar</name>
    <message>
        <source>Back to one picture</source>
        <translation>返回单张图片</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>滑块</translation>
    </message>
    <message>
        <source>Blink</source>
        <translation>交替</translation>
    </message>
</context>
<context>
    <name>ComparisonView</name>
    <message>
        <source>Two pictures compared</source>
        <translation>两张图片的比较</translation>
    </message>
    <message>
        <source>First side</source>
        <translation>第一侧</translation>
    </message>
    <message>
        <source>Second side</source>
        <translation>第二侧</translation>
    </message>
    <message>
        <source>Both are zoomed and moved together.</source>
        <translation>两张图片同步缩放和移动。</translation>
    </message>
    <message>
        <source>Drag the line, or move it with ← and →.</source>
        <translation>拖动分界线，或用 ← 和 → 移动。</translation>
    </message>
    <message>
        <source>The space bar stops and shows one or the other.</source>
        <translation>按空格键停止自动交替，改为手动切换。</translation>
    </message>
    <message>
        <source>The space bar shows one or the other.</source>
        <translation>按空格键切换图片。</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>An answer is being written: Esc stops it.</source>
        <translation>正在回答：按 Esc 停止。</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>停止回答</translation>
    </message>
    <message>
        <source>The question is sent as soon as its files are read.</source>
        <translation>文件读取完后会立即发送问题。</translation>
    </message>
    <message>
        <source>The question is sent as soon as it is written down.</source>
        <translation>语音转写完后会立即发送问题。</translation>
    </message>
    <message>
        <source>The question is sent as soon as the answer is finished.</source>
        <translation>当前回答结束后会立即发送问题。</translation>
    </message>
</context>
<context>
    <name>ComposerVoice</name>
    <message>
        <source>Nothing was heard. Speak closer to the microphone, or check the level.</source>
        <translation>没有听到说话。请靠近麦克风，或检查音量。</translation>
    </message>
    <message>
        <source>Stop listening hands-free</source>
        <translation>停止免手持聆听</translation>
    </message>
    <message>
        <source>Listen hands-free: each question is sent when you pause</source>
        <translation>免手持聆听：您停顿时会发送问题</translation>
    </message>
    <message>
        <source>Voice settings</source>
        <translation>语音设置</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>正在聆听…</translation>
    </message>
    <message>
        <source>Writing down what was said…</source>
        <translation>正在转写…</translation>
    </message>
    <message>
        <source>Ask about a picture (to {host})…</source>
        <translation>问问图片里的内容（发往 {host}）…</translation>
    </message>
    <message>
        <source>Ask about a picture…</source>
        <translation>问问图片里的内容…</translation>
    </message>
    <message>
        <source>Writing down what was said: press to cancel</source>
        <translation>正在转写：按下可取消</translation>
    </message>
    <message>
        <source>Opening the microphone…</source>
        <translation>正在打开麦克风…</translation>
    </message>
    <message>
        <source>Talk: hold, or press to start and stop</source>
        <translation>说话：按住，或单击开始和停止</translation>
    </message>
    <message>
        <source>Talk: hold {keys}, or press to start and stop</source>
        <translation>说话：按住 {keys}，或单击开始和停止</translation>
    </message>
    <message>
        <source>Listening hands-free: press to stop</source>
        <translation>正在免手持聆听：按下可停止</translation>
    </message>
    <message>
        <source>Listening: release to stop</source>
        <translation>正在聆听：松开即停止</translation>
    </message>
    <message>
        <source>Listening: press to stop</source>
        <translation>正在聆听：按下可停止</translation>
    </message>
</context>
<context>
    <name>ConnectionsPage</name>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message numerus="yes">
        <source>and %n before</source>
        <translation>
            <numerusform>以及更早的 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Sealed: no process of mmdesk can open an internet connection. This is guaranteed by the system: mmdesk was started in a network of its own, which is empty.</source>
        <translation>已密封：mmdesk 的任何进程都无法打开互联网连接。这由系统保证：mmdesk 在一个独立的空网络中启动。</translation>
    </message>
    <message>
        <source>mmdesk has opened no connection since it was started. It does so only where you ask for it: to look for and download models, and to ask a server that you added.</source>
        <translation>mmdesk 启动以来没有打开过任何连接。只有在您要求时才会连接：查找和下载模型，以及询问您添加的服务器。</translation>
    </message>
    <message>
        <source>What mmdesk has connected to since it was started, and why.</source>
        <translation>mmdesk 启动以来连接过的地方及原因。</translation>
    </message>
    <message>
        <source>{host} (for {wanted})</source>
        <translation>{host}（为了 {wanted}）</translation>
    </message>
    <message>
        <source>models: to list or download them</source>
        <translation>模型：列出或下载</translation>
    </message>
    <message>
        <source>a server that you added</source>
        <translation>您添加的服务器</translation>
    </message>
</context>
<context>
    <name>ConversationDesk</name>
    <message>
        <source>“{title}” is in the bin for {days} days. {link}</source>
        <translation>“{title}”已移入回收站，保留 {days} 天。{link}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>ConversationMenu</name>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消置顶</translation>
    </message>
    <message>
        <source>Pin to the top</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Move to a folder</source>
        <translation>移到文件夹</translation>
    </message>
    <message>
        <source>Folder “{name}”</source>
        <translation>文件夹“{name}”</translation>
    </message>
    <message>
        <source>Move to the bin</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>不放入文件夹</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Rename the folder:</source>
        <translation>重命名文件夹：</translation>
    </message>
    <message>
        <source>New name of the folder</source>
        <translation>文件夹的新名称</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>JSON, to import again…</source>
        <translation>JSON，可再次导入…</translation>
    </message>
    <message>
        <source>Markdown, to read…</source>
        <translation>Markdown，供阅读…</translation>
    </message>
</context>
<context>
    <name>ConversationModel</name>
    <message>
        <source>Pinned</source>
        <translation>已置顶</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>无标题</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>草稿</translation>
    </message>
</context>
<context>
    <name>ConversationSettingsButton</name>
    <message>
        <source>Settings of this conversation</source>
        <translation>此对话的设置</translation>
    </message>
</context>
<context>
    <name>ConversationSettingsPage</name>
    <message>
        <source>This conversation</source>
        <translation>此对话</translation>
    </message>
    <message>
        <source>Holds from the next question on, in this conversation alone.</source>
        <translation>从下一个问题起生效，仅限此对话。</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>Stands before all messages: who the model is, and how it answers.</source>
        <translation>位于所有消息之前：说明模型的身份以及如何回答。</translation>
    </message>
    <message>
        <source>Answer in one short sentence.</source>
        <translation>用一句简短的话回答。</translation>
    </message>
    <message>
        <source>That would be {size} characters; a system prompt has at most {limit}.</source>
        <translation>这将有 {size} 个字符；系统提示词最多 {limit} 个字符。</translation>
    </message>
</context>
<context>
    <name>ConversationsSection</name>
    <message>
        <source>Export, import, backups…</source>
        <translation>导出、导入、备份…</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>All conversations</source>
        <translation>全部对话</translation>
    </message>
    <message>
        <source>As files for another program or computer, or as they were on a day.</source>
        <translation>导出为文件供其他程序或电脑使用，或恢复为某一天的样子。</translation>
    </message>
</context>
<context>
    <name>DownloadLine</name>
    <message>
        <source>Download of {id}</source>
        <translation>下载 {id}</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>the hub</source>
        <translation>模型库</translation>
    </message>
    <message>
        <source>Asking {host} what it has…</source>
        <translation>正在向 {host} 查询文件…</translation>
    </message>
    <message>
        <source>Goes on by itself.</source>
        <translation>会自动继续。</translation>
    </message>
    <message>
        <source>Checking what has arrived…</source>
        <translation>正在核对已下载的文件…</translation>
    </message>
    <message>
        <source>Paused: {far}</source>
        <translation>已暂停：{far}</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>{far} are kept.</source>
        <translation>已保留 {far}。</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>Remove the {size} that are here already?</source>
        <translation>要删除已下载的 {size} 吗？</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>DraftTile</name>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>另外还有 %n 个。</numerusform>
        </translation>
    </message>
    <message>
        <source>This can&apos;t be taken</source>
        <translation>无法接收</translation>
    </message>
    <message>
        <source>Drop the text into the question</source>
        <translation>松开，将文字放入问题</translation>
    </message>
    <message>
        <source>Drop a model&apos;s folder to use it</source>
        <translation>拖放模型文件夹即可使用</translation>
    </message>
    <message>
        <source>Drop conversations to import them</source>
        <translation>松开以导入对话</translation>
    </message>
    <message numerus="yes">
        <source>Drop %n sound files</source>
        <translation>
            <numerusform>松开，添加 %n 个声音文件</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop the sound file</source>
        <translation>松开，添加声音文件</translation>
    </message>
    <message numerus="yes">
        <source>Drop %n pictures and sound files</source>
        <translation>
            <numerusform>松开，添加 %n 个图片和声音文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Drop %n pictures</source>
        <translation>
            <numerusform>松开，添加 %n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop the picture</source>
        <translation>松开，添加图片</translation>
    </message>
    <message>
        <source>What is there already stays as it is.</source>
        <translation>已有的内容保持不变。</translation>
    </message>
    <message>
        <source>“{name}” stays where it is; nothing is copied or changed.</source>
        <translation>“{name}”会留在原处，不复制也不改动。</translation>
    </message>
    <message>
        <source>Pictures: PNG, JPEG, WebP, GIF, BMP or TIFF. Sound: WAV, FLAC, OGG, MP3 or M4A.</source>
        <translation>图片：PNG、JPEG、WebP、GIF、BMP 或 TIFF。声音：WAV、FLAC、OGG、MP3 或 M4A。</translation>
    </message>
    <message>
        <source>All of it stays on this computer.</source>
        <translation>全部留在本机。</translation>
    </message>
    <message>
        <source>Pictures go to {host} with your question.</source>
        <translation>图片会随问题一起发往 {host}。</translation>
    </message>
</context>
<context>
    <name>EditingBar</name>
    <message>
        <source>Editing the last question: sending replaces it.</source>
        <translation>正在修改上一个问题：发送后将替换它。</translation>
    </message>
    <message>
        <source>Cancel the edit</source>
        <translation>取消修改</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>FailedSpeech</name>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Voice settings</source>
        <translation>语音设置</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>The one before (Shift+Enter)</source>
        <translation>上一个（Shift+回车）</translation>
    </message>
    <message>
        <source>The next one (Enter)</source>
        <translation>下一个（回车）</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>第 {number} 个，共 {count} 个</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message>
        <source>You are using the starter model: it knows drawn shapes, colours and counting, and needs no download. For photos, {link}.</source>
        <translation>当前使用的是入门模型：它认识绘制的图形、颜色和数量，无需下载。要识别照片，请{link}。</translation>
    </message>
    <message>
        <source>You are using the starter model: it knows drawn shapes, colours and counting, and needs no download. For photos, {link}: this computer fits up to {billions} B parameters.</source>
        <translation>当前使用的是入门模型：它认识绘制的图形、颜色和数量，无需下载。要识别照片，请{link}：这台电脑最多可运行约 {billions} B 参数的模型。</translation>
    </message>
    <message>
        <source>choose a larger model</source>
        <translation>选择更大的模型</translation>
    </message>
    <message>
        <source>You can also ask by voice: hold {keys} and speak.</source>
        <translation>您也可以用语音提问：按住 {keys} 说话。</translation>
    </message>
    <message>
        <source>You can also ask by voice: press the microphone and speak.</source>
        <translation>您也可以用语音提问：按麦克风按钮说话。</translation>
    </message>
</context>
<context>
    <name>FollowSection</name>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>与设置相同</translation>
    </message>
    <message>
        <source>Switched off, this conversation&apos;s answers have numbers of their own.</source>
        <translation>关闭后，此对话的回答使用自己的参数。</translation>
    </message>
</context>
<context>
    <name>FormatChoice</name>
    <message>
        <source>Export as {format}</source>
        <translation>导出为 {format}</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>依据</translation>
    </message>
    <message>
        <source>What the model saw, and where its answer points</source>
        <translation>模型看到了什么，回答指向哪里</translation>
    </message>
    <message>
        <source>Help and more</source>
        <translation>帮助及更多</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Export, import, backups</source>
        <translation>导出、导入、备份</translation>
    </message>
    <message>
        <source>Bin</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Open log file</source>
        <translation>打开日志文件</translation>
    </message>
    <message>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
</context>
<context>
    <name>HeardStrip</name>
    <message>
        <source>Throw the recording and its words away</source>
        <translation>丢弃这段录音及其文字</translation>
    </message>
    <message>
        <source>Stop playing</source>
        <translation>停止播放</translation>
    </message>
    <message>
        <source>Play what was said</source>
        <translation>播放所说的话</translation>
    </message>
    <message>
        <source>Heard {seconds} s</source>
        <translation>听到 {seconds} 秒</translation>
    </message>
    <message>
        <source>1 word is unsure</source>
        <translation>1 个词不确定</translation>
    </message>
    <message>
        <source>{count} words are unsure</source>
        <translation>{count} 个词不确定</translation>
    </message>
    <message>
        <source>not kept</source>
        <translation>未保存</translation>
    </message>
</context>
<context>
    <name>HeardText</name>
    <message>
        <source>Heard with {percent} % certainty. A click plays it.</source>
        <translation>把握为 {percent} %。点击可播放。</translation>
    </message>
</context>
<context>
    <name>KeyBindings</name>
    <message>
        <source>Keys for “{name}”</source>
        <translation>“{name}”的按键</translation>
    </message>
    <message>
        <source>No keys for “{name}”</source>
        <translation>清除“{name}”的按键</translation>
    </message>
    <message>
        <source>Use the usual keys again</source>
        <translation>恢复默认按键</translation>
    </message>
    <message>
        <source>{keys} alone is needed for writing.</source>
        <translation>单独的 {keys} 要用于输入文字。</translation>
    </message>
    <message>
        <source>{keys} is already used for “{name}”.</source>
        <translation>{keys} 已用于“{name}”。</translation>
    </message>
</context>
<context>
    <name>KeysSection</name>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
</context>
<context>
    <name>LeavesBadge</name>
    <message>
        <source>Leaves this computer</source>
        <translation>会离开本机</translation>
    </message>
    <message>
        <source>Something of this conversation has gone to another computer before.</source>
        <translation>此对话中已有内容发往另一台电脑。</translation>
    </message>
    <message>
        <source>Questions and pictures of this conversation go to {host}.</source>
        <translation>此对话的问题和图片会发往 {host}。</translation>
    </message>
</context>
<context>
    <name>ListeningBar</name>
    <message>
        <source>Listening hands-free: say your question. Esc stops it.</source>
        <translation>正在免手持聆听：请说出您的问题。按 Esc 停止。</translation>
    </message>
    <message>
        <source>Stop listening</source>
        <translation>停止聆听</translation>
    </message>
</context>
<context>
    <name>LooksSection</name>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Of the window; answers follow your question.</source>
        <translation>界面的语言；回答的语言与您的问题一致。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Light or dark.</source>
        <translation>浅色或深色。</translation>
    </message>
</context>
<context>
    <name>MarkingBar</name>
    <message>
        <source>Region of the picture</source>
        <translation>图片区域</translation>
    </message>
    <message>
        <source>Ask about this region</source>
        <translation>询问此区域</translation>
    </message>
    <message>
        <source>{name} (Enter)</source>
        <translation>{name}（Enter）</translation>
    </message>
    <message>
        <source>Arrow keys move the region by one pixel, with Shift by ten; with Ctrl they move its right and lower edges.</source>
        <translation>方向键将区域移动一个像素，按住 Shift 移动十个；按住 Ctrl 则移动右边和下边。</translation>
    </message>
    <message>
        <source>Drag over a part of the picture, or press Enter to mark its middle.</source>
        <translation>在图片上拖动以选取一部分，或按 Enter 标记中间部分。</translation>
    </message>
    <message>
        <source>Region {size} px</source>
        <translation>区域 {size} 像素</translation>
    </message>
    <message>
        <source>the model saw it as {size} px</source>
        <translation>模型看到的是 {size} 像素</translation>
    </message>
</context>
<context>
    <name>ModelDesk</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Looking at the model in “{name}”…</source>
        <translation>正在查看“{name}”中的模型…</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Choose a model…</source>
        <translation>选择模型…</translation>
    </message>
    <message>
        <source>Use the starter</source>
        <translation>使用入门模型</translation>
    </message>
    <message>
        <source>{name} is on this computer now: {link}.</source>
        <translation>{name} 已下载到本机：{link}。</translation>
    </message>
    <message>
        <source>use it</source>
        <translation>立即使用</translation>
    </message>
    <message>
        <source>{name} is the speech model now: {link}.</source>
        <translation>{name} 已设为语音模型：{link}。</translation>
    </message>
    <message>
        <source>{name} is the matching model now: {link}.</source>
        <translation>{name} 已设为匹配模型：{link}。</translation>
    </message>
    <message>
        <source>all models</source>
        <translation>查看全部模型</translation>
    </message>
    <message>
        <source>With your next question all of this conversation, pictures too, goes to {host}. {link}</source>
        <translation>下次提问时，整个对话连同图片都会发往 {host}。{link}</translation>
    </message>
</context>
<context>
    <name>ModelDetails</name>
    <message>
        <source>Id</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>出处</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>核实日期</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>存放</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>ships with mmdesk</source>
        <translation>随 mmdesk 附带</translation>
    </message>
    <message>
        <source>in mmdesk&apos;s own folder</source>
        <translation>在 mmdesk 自己的文件夹中</translation>
    </message>
    <message>
        <source>in the Hugging Face cache: used in place, never changed</source>
        <translation>在 Hugging Face 缓存中：就地使用，绝不改动</translation>
    </message>
    <message>
        <source>in your folder: used in place, never changed</source>
        <translation>在您的文件夹中：就地使用，绝不改动</translation>
    </message>
</context>
<context>
    <name>ModelDisplay</name>
    <message>
        <source>Reading the question…</source>
        <translation>正在读问题…</translation>
    </message>
    <message>
        <source>Waiting for the model: {stage}</source>
        <translation>正在等待模型：{stage}</translation>
    </message>
    <message>
        <source>Starter</source>
        <translation>入门模型</translation>
    </message>
</context>
<context>
    <name>ModelMenu</name>
    <message>
        <source>On this computer</source>
        <translation>在本机上</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>All models…</source>
        <translation>全部模型…</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>{count} parameters</source>
        <translation>{count} 参数</translation>
    </message>
    <message>
        <source>Synthetic voices, for the first minute.</source>
        <translation>只熟悉合成语音，供初次体验。</translation>
    </message>
    <message>
        <source>Drawn shapes, colours and counting, for the first minute.</source>
        <translation>会看绘制的图形、颜色，会数数，供初次体验。</translation>
    </message>
    <message>
        <source>points at things in the picture</source>
        <translation>能指出物体在图中的位置</translation>
    </message>
    <message>
        <source>The best of its kind for this computer&apos;s memory.</source>
        <translation>以本机内存而言，是同类中最好的。</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Checked: all files are as they should be</source>
        <translation>已核对：文件全部完好</translation>
    </message>
    <message>
        <source>Check its files</source>
        <translation>核对文件</translation>
    </message>
    <message>
        <source>Forget this folder</source>
        <translation>移出此文件夹</translation>
    </message>
    <message>
        <source>Remove from this computer</source>
        <translation>从本机删除</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Forget this folder? Its files stay where they are.</source>
        <translation>要移出此文件夹吗？文件会留在原处。</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>移出</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Remove it from this computer?</source>
        <translation>要从本机删除吗？</translation>
    </message>
    <message>
        <source>Remove {size} from this computer?</source>
        <translation>要从本机删除 {size} 吗？</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>ModelSection</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>All models…</source>
        <translation>全部模型…</translation>
    </message>
    <message>
        <source>Answers new conversations; each can have its own, from the menu above.</source>
        <translation>用于新对话；每个对话也可以从上方菜单另选模型。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Where the model runs; automatic takes the fastest.</source>
        <translation>模型在哪里运行；自动会选最快的。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Smaller numbers need less memory: int8 half of bfloat16, int4 a quarter. They are packed while the model loads, and answers may become a little worse.</source>
        <translation>数值越小，占用内存越少：int8 是 bfloat16 的一半，int4 是四分之一。加载时压缩，回答可能稍差。</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程</translation>
    </message>
    <message>
        <source>CPU threads; automatic is what is fastest and leaves one core free.</source>
        <translation>CPU 线程数；自动会选用最快的数目，并留出一个核心。</translation>
    </message>
    <message>
        <source>Free the model&apos;s memory</source>
        <translation>释放模型占用的内存</translation>
    </message>
    <message>
        <source>After so many minutes without a question (0: never). The next question loads it again.</source>
        <translation>多少分钟没有提问后释放（0 表示从不）。下次提问时会重新加载。</translation>
    </message>
    <message>
        <source>The starter that ships with mmdesk</source>
        <translation>mmdesk 自带的入门模型</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter the models</source>
        <translation>筛选模型</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>在本机上</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Choose a model&apos;s folder</source>
        <translation>选择模型文件夹</translation>
    </message>
    <message>
        <source>Catalogue</source>
        <translation>模型目录</translation>
    </message>
    <message>
        <source>They answer questions about pictures.</source>
        <translation>回答有关图片的问题。</translation>
    </message>
    <message>
        <source>They write down what you say.</source>
        <translation>把您说的话写成文字。</translation>
    </message>
    <message>
        <source>They compare pictures with words and with each other.</source>
        <translation>比较图片与文字，以及图片与图片。</translation>
    </message>
    <message>
        <source>No model here has “{text}”.</source>
        <translation>没有模型包含“{text}”。</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>None yet: download one below, or choose a folder.</source>
        <translation>还没有：请在下方下载，或选择文件夹。</translation>
    </message>
    <message>
        <source>All of them are on this computer.</source>
        <translation>全部都已在本机上。</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PassingNotice</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>PictureBar</name>
    <message>
        <source>Boxes</source>
        <translation>方框</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Fit the window, or 100 %</source>
        <translation>适合窗口或 100 %</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PictureViewer</name>
    <message>
        <source>Picture viewer</source>
        <translation>图片查看器</translation>
    </message>
    <message>
        <source>M marks a region: Enter marks the middle, arrow keys move it, with Ctrl they move its right and lower edges, with Shift by ten pixels; Enter asks about it.</source>
        <translation>按 M 标记区域：Enter 标记中间部分，方向键移动区域，按住 Ctrl 移动右边和下边，按住 Shift 每次十个像素；再按 Enter 提问。</translation>
    </message>
</context>
<context>
    <name>PresetBar</name>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>A system prompt and how answers are made, to be taken for any conversation.</source>
        <translation>系统提示词和回答方式，可用于任何对话。</translation>
    </message>
    <message>
        <source>Save as a preset…</source>
        <translation>存为预设…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>The conversation&apos;s own settings were replaced. {link}</source>
        <translation>此对话自己的设置已被替换。{link}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>The preset “{name}” was replaced. {link}</source>
        <translation>预设“{name}”已被替换。{link}</translation>
    </message>
    <message>
        <source>Another preset has this name already.</source>
        <translation>已有同名的预设。</translation>
    </message>
    <message>
        <source>The preset “{name}” was deleted. {link}</source>
        <translation>预设“{name}”已删除。{link}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>PresetNamer</name>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ReportCard</name>
    <message>
        <source>What was there before is kept: {path}</source>
        <translation>之前的内容已保留：{path}</translation>
    </message>
    <message>
        <source>Left out:</source>
        <translation>未包含：</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open conversation</source>
        <translation>打开对话</translation>
    </message>
</context>
<context>
    <name>RoleChoice</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>语音</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>{role} models</source>
        <translation>{role}模型</translation>
    </message>
</context>
<context>
    <name>SavingBanner</name>
    <message>
        <source>Stay</source>
        <translation>留下</translation>
    </message>
    <message>
        <source>Close and lose what isn&apos;t saved</source>
        <translation>关闭并丢弃未保存的内容</translation>
    </message>
    <message>
        <source>Everything is saved again.</source>
        <translation>全部内容已重新保存。</translation>
    </message>
    <message>
        <source>Everything stays here, and is saved by itself as soon as it can be.</source>
        <translation>所有内容都保留在这里，一旦可以就会自动保存。</translation>
    </message>
    <message>
        <source>Free some space, or check the permissions of “{path}”.</source>
        <translation>请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
</context>
<context>
    <name>SearchPage</name>
    <message>
        <source>Search all conversations</source>
        <translation>搜索全部对话</translation>
    </message>
    <message>
        <source>Words, or “a phrase”</source>
        <translation>输入词语，或“短语”</translation>
    </message>
    <message>
        <source>Messages found</source>
        <translation>找到的消息</translation>
    </message>
    <message>
        <source>No message has all of these words.</source>
        <translation>没有消息包含所有这些词。</translation>
    </message>
</context>
<context>
    <name>ServerCard</name>
    <message>
        <source>Testing…</source>
        <translation>正在测试…</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Change key…</source>
        <translation>更换密钥…</translation>
    </message>
    <message>
        <source>Give a key…</source>
        <translation>设置密钥…</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
    <message>
        <source>The model&apos;s name there, then Enter</source>
        <translation>在那里的模型名称，然后按回车</translation>
    </message>
    <message>
        <source>The name of a model at {host}</source>
        <translation>{host} 上某个模型的名称</translation>
    </message>
    <message>
        <source>answered in {ms} ms</source>
        <translation>{ms} 毫秒内应答</translation>
    </message>
    <message>
        <source>names no model</source>
        <translation>未列出模型</translation>
    </message>
    <message>
        <source>its key is forgotten when mmdesk is closed: there is no keyring</source>
        <translation>没有系统密钥环：密钥在 mmdesk 关闭时丢弃</translation>
    </message>
    <message>
        <source>its key is in the system&apos;s keyring</source>
        <translation>密钥存放在系统密钥环中</translation>
    </message>
    <message numerus="yes">
        <source>%n more models…</source>
        <translation>
            <numerusform>另外 %n 个模型…</numerusform>
        </translation>
    </message>
    <message>
        <source>Forget this server and its key?</source>
        <translation>要移除此服务器及其密钥吗？</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>移出</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message>
        <source>The way to {host} is not encrypted. Others in your network could read your questions, pictures and key.</source>
        <translation>到 {host} 的连接没有加密。同一网络中的其他人可能读到您的问题、图片和密钥。</translation>
    </message>
    <message>
        <source>Add anyway</source>
        <translation>仍然添加</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 密钥</translation>
    </message>
    <message>
        <source>if the server wants one</source>
        <translation>如果服务器需要</translation>
    </message>
    <message>
        <source>empty: use no key</source>
        <translation>留空：不使用密钥</translation>
    </message>
    <message>
        <source>vLLM, Ollama, LM Studio, transformers serve and the like. Questions and pictures go there, without the pictures&apos; metadata. The key is kept in the system&apos;s keyring; where there is none, until mmdesk is closed.</source>
        <translation>例如 vLLM、Ollama、LM Studio、transformers serve。问题和图片会发往那里，但不含图片的元数据。密钥存放在系统密钥环中；没有密钥环时，只保留到 mmdesk 关闭。</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>正在测试…</translation>
    </message>
    <message>
        <source>Test and add</source>
        <translation>测试并添加</translation>
    </message>
    <message>
        <source>Test and keep</source>
        <translation>测试并保存</translation>
    </message>
</context>
<context>
    <name>ServerList</name>
    <message>
        <source>Servers</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Add a server…</source>
        <translation>添加服务器…</translation>
    </message>
    <message>
        <source>Add a server</source>
        <translation>添加服务器</translation>
    </message>
    <message>
        <source>A larger model on another computer, asked over an OpenAI-compatible server.</source>
        <translation>另一台电脑上的更大模型，通过兼容 OpenAI 的服务器提问。</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>ShownTurns</name>
    <message>
        <source>Reading the question…</source>
        <translation>正在读取问题…</translation>
    </message>
    <message>
        <source>Waiting to be saved…</source>
        <translation>等待保存…</translation>
    </message>
    <message>
        <source>Looking at picture {done} of {total}…</source>
        <translation>正在看第 {done} 张图片，共 {total} 张…</translation>
    </message>
    <message>
        <source>Looking at the picture…</source>
        <translation>正在看图片…</translation>
    </message>
</context>
<context>
    <name>SideChoice</name>
    <message>
        <source>{side}: picture before</source>
        <translation>{side}：上一张图片</translation>
    </message>
    <message>
        <source>{side}: picture after</source>
        <translation>{side}：下一张图片</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Conversations</source>
        <translation>对话列表</translation>
    </message>
    <message>
        <source>Bringing your conversations up to date…</source>
        <translation>正在更新您的对话…</translation>
    </message>
</context>
<context>
    <name>SoundTile</name>
    <message>
        <source>Click to read it</source>
        <translation>点击可阅读</translation>
    </message>
    <message>
        <source>being read</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
</context>
<context>
    <name>SourceBar</name>
    <message>
        <source>Download from</source>
        <translation>下载来源</translation>
    </message>
    <message>
        <source>Another address…</source>
        <translation>其他地址…</translation>
    </message>
    <message>
        <source>Address of a mirror of Hugging Face</source>
        <translation>Hugging Face 镜像的地址</translation>
    </message>
    <message>
        <source>Write it like https://mirror.example.</source>
        <translation>请写成 https://mirror.example 的形式。</translation>
    </message>
    <message>
        <source>Any other model: maker/name</source>
        <translation>其他模型：作者/名称</translation>
    </message>
    <message>
        <source>Any other model of the hub, as maker/name</source>
        <translation>模型库中的其他模型，写作“作者/名称”</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Download the model of that name</source>
        <translation>下载该名称的模型</translation>
    </message>
    <message>
        <source>Write it like maker/name, as on its page at the hub.</source>
        <translation>请按模型库页面上的写法：作者/名称。</translation>
    </message>
</context>
<context>
    <name>StarterNotice</name>
    <message>
        <source>Starter model: knows drawn shapes, colours and counting. For photos, {link}.</source>
        <translation>入门模型：认识绘制的图形、颜色和数量。要识别照片，请{link}。</translation>
    </message>
    <message>
        <source>choose a larger model</source>
        <translation>选择更大的模型</translation>
    </message>
</context>
<context>
    <name>StarterVoiceNotice</name>
    <message>
        <source>Starter speech model: knows synthetic voices only. For your own, {link} such as openai/whisper-base.</source>
        <translation>入门语音模型：只听过合成语音。要识别您自己的声音，请{link}，例如 openai/whisper-base。</translation>
    </message>
    <message>
        <source>choose a Whisper model</source>
        <translation>选择一个 Whisper 模型</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>checking the model</source>
        <translation>正在检查模型</translation>
    </message>
    <message>
        <source>loading the processor</source>
        <translation>正在加载处理器</translation>
    </message>
    <message>
        <source>loading weights</source>
        <translation>正在加载权重</translation>
    </message>
    <message>
        <source>warming up</source>
        <translation>正在预热</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>1 connection since start</source>
        <translation>启动以来 1 个连接</translation>
    </message>
    <message numerus="yes">
        <source>%n connections since start</source>
        <translation>
            <numerusform>启动以来 %n 个连接</numerusform>
        </translation>
    </message>
    <message>
        <source>Show which connections mmdesk has opened</source>
        <translation>显示 mmdesk 打开过哪些连接</translation>
    </message>
    <message>
        <source>Sealed</source>
        <translation>已密封</translation>
    </message>
    <message>
        <source>No process of mmdesk can open an internet connection.</source>
        <translation>mmdesk 的任何进程都无法打开互联网连接。</translation>
    </message>
    <message>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Server on this computer</source>
        <translation>本机服务器</translation>
    </message>
    <message>
        <source>{name} is in memory now.</source>
        <translation>{name} 现在在内存中。</translation>
    </message>
    <message>
        <source>Loads with your next question</source>
        <translation>下次提问时加载</translation>
    </message>
    <message>
        <source>Loading {percent} %</source>
        <translation>加载中 {percent} %</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>加载中…</translation>
    </message>
    <message>
        <source>first word {seconds} s</source>
        <translation>首字 {seconds} 秒</translation>
    </message>
    <message>
        <source>{rate} tokens/s</source>
        <translation>{rate} token/秒</translation>
    </message>
</context>
<context>
    <name>TranscriptPage</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the transcript</source>
        <translation>复制转写文本</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>转写文本</translation>
    </message>
</context>
<context>
    <name>VerifyLine</name>
    <message>
        <source>Checking the files</source>
        <translation>正在核对文件</translation>
    </message>
    <message>
        <source>Checked {percent} %</source>
        <translation>已核对 {percent} %</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop checking the files</source>
        <translation>停止核对文件</translation>
    </message>
</context>
<context>
    <name>ViewerBar</name>
    <message>
        <source>Mark a region</source>
        <translation>标记区域</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Previous picture</source>
        <translation>上一张图片</translation>
    </message>
    <message>
        <source>Next picture</source>
        <translation>下一张图片</translation>
    </message>
</context>
<context>
    <name>VoiceSection</name>
    <message>
        <source>Simplified</source>
        <translation>简体</translation>
    </message>
    <message>
        <source>Traditional</source>
        <translation>繁体</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Choose a .pt file…</source>
        <translation>选择 .pt 文件…</translation>
    </message>
    <message>
        <source>Use the starter</source>
        <translation>使用入门模型</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>语音</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>麦克风</translation>
    </message>
    <message>
        <source>Spoken language</source>
        <translation>说话的语言</translation>
    </message>
    <message>
        <source>Lock it to your own language and speech is never written in another.</source>
        <translation>锁定为您自己的语言后，语音绝不会被写成其他语言。</translation>
    </message>
    <message>
        <source>Chinese characters</source>
        <translation>汉字字形</translation>
    </message>
    <message>
        <source>In which spoken Chinese is written.</source>
        <translation>中文语音用简体还是繁体写出。</translation>
    </message>
    <message>
        <source>Speech model</source>
        <translation>语音模型</translation>
    </message>
    <message>
        <source>It has heard synthetic voices only. For your own voice get a Whisper checkpoint such as openai/whisper-base (larger hears better).</source>
        <translation>它只听过合成语音。要听懂您的声音，请下载 Whisper 模型，例如 openai/whisper-base（越大听得越准）。</translation>
    </message>
    <message>
        <source>All models…</source>
        <translation>全部模型…</translation>
    </message>
    <message>
        <source>Whisper: one from the Models page, a folder of yours, or one of OpenAI&apos;s .pt files.</source>
        <translation>Whisper：“模型”页面上的模型、您自己的文件夹，或 OpenAI 的 .pt 文件。</translation>
    </message>
    <message>
        <source>Send at once</source>
        <translation>立即发送</translation>
    </message>
    <message>
        <source>What was heard is asked without being read first.</source>
        <translation>听到的内容不经查看就直接提问。</translation>
    </message>
    <message>
        <source>Keep recordings</source>
        <translation>保留录音</translation>
    </message>
    <message>
        <source>With their messages, on this computer only, to be played again. Off: what was said is forgotten when its question is sent.</source>
        <translation>与消息一起只保存在这台电脑上，可以重新播放。关闭后，问题一经发送，所说的话就会被丢弃。</translation>
    </message>
    <message>
        <source>Fast path for short speech</source>
        <translation>短语音快速处理</translation>
    </message>
    <message>
        <source>Off: every question is encoded with the full 30 seconds; slower, for models that repeat themselves.</source>
        <translation>关闭：每个问题都按完整的 30 秒编码；较慢，适用于会重复输出的模型。</translation>
    </message>
    <message>
        <source>Pause that ends a question</source>
        <translation>结束提问的停顿</translation>
    </message>
    <message>
        <source>How long you are silent, hands-free, before it is asked.</source>
        <translation>免手持时，您沉默多久后就提问。</translation>
    </message>
    <message>
        <source>The system&apos;s default is “{name}”.</source>
        <translation>系统默认的是“{name}”。</translation>
    </message>
    <message>
        <source>What you speak into.</source>
        <translation>您对着说话的设备。</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>系统默认</translation>
    </message>
    <message>
        <source>{name} (not connected)</source>
        <translation>{name}（未连接）</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>The starter that ships with mmdesk</source>
        <translation>mmdesk 自带的入门模型</translation>
    </message>
</context>
<context>
    <name>WorkLine</name>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>_DropArea</name>
    <message>
        <source>Drop a picture here</source>
        <translation>把图片拖到这里</translation>
    </message>
    <message>
        <source>or paste it with Ctrl+V, or {link}</source>
        <translation>或按 Ctrl+V 粘贴，或{link}</translation>
    </message>
    <message>
        <source>choose a file</source>
        <translation>选择文件</translation>
    </message>
</context>
<context>
    <name>_ServedModel</name>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
</context>
<context>
    <name>archives</name>
    <message>
        <source>Exporting…</source>
        <translation>正在导出…</translation>
    </message>
    <message>
        <source>Exporting… {done} of {total}</source>
        <translation>正在导出… {done}/{total}</translation>
    </message>
    <message>
        <source>Importing…</source>
        <translation>正在导入…</translation>
    </message>
    <message>
        <source>Importing… {done} of {total}</source>
        <translation>正在导入… {done}/{total}</translation>
    </message>
    <message>
        <source>Restoring the backup…</source>
        <translation>正在恢复备份…</translation>
    </message>
    <message>
        <source>Nothing was restored.</source>
        <translation>未恢复任何内容。</translation>
    </message>
    <message>
        <source>The backup is restored: 1 conversation.</source>
        <translation>备份已恢复：1 个对话。</translation>
    </message>
    <message>
        <source>The backup is restored: %n conversations.</source>
        <translation>备份已恢复：%n 个对话。</translation>
    </message>
    <message>
        <source>1 failed:</source>
        <translation>1 个失败：</translation>
    </message>
    <message>
        <source>%n failed:</source>
        <translation>%n 个失败：</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>{day}, {time}</source>
        <translation>{day} {time}</translation>
    </message>
    <message>
        <source>Can&apos;t be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>1 conversation</source>
        <translation>1 个对话</translation>
    </message>
    <message>
        <source>%n conversations</source>
        <translation>%n 个对话</translation>
    </message>
    <message>
        <source>Nothing was exported.</source>
        <translation>未导出任何内容。</translation>
    </message>
    <message>
        <source>There was no conversation to export.</source>
        <translation>没有可导出的对话。</translation>
    </message>
    <message>
        <source>“{title}” is exported to “{folder}”.</source>
        <translation>“{title}”已导出到“{folder}”。</translation>
    </message>
    <message>
        <source>%n conversations are exported to “{folder}”.</source>
        <translation>%n 个对话已导出到“{folder}”。</translation>
    </message>
    <message>
        <source>Nothing was imported.</source>
        <translation>未导入任何内容。</translation>
    </message>
    <message>
        <source>“{title}” is imported.</source>
        <translation>“{title}”已导入。</translation>
    </message>
    <message>
        <source>%n conversations are imported.</source>
        <translation>%n 个对话已导入。</translation>
    </message>
    <message>
        <source>1 was there already.</source>
        <translation>1 个已存在。</translation>
    </message>
    <message>
        <source>%n were there already.</source>
        <translation>%n 个已存在。</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>无标题</translation>
    </message>
</context>
<context>
    <name>chat</name>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>为什么？</translation>
    </message>
    <message>
        <source>Replay</source>
        <translation>重放</translation>
    </message>
    <message>
        <source>Long text</source>
        <translation>长文本</translation>
    </message>
    <message>
        <source>Your question</source>
        <translation>您的问题</translation>
    </message>
    <message>
        <source>Copy question</source>
        <translation>复制问题</translation>
    </message>
    <message>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Code, {language}</source>
        <translation>代码，{language}</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Retry the answer</source>
        <translation>重试这个回答</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Jump to latest</source>
        <translation>跳到最新</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>writing…</source>
        <translation>正在写…</translation>
    </message>
    <message>
        <source>thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>waiting for the model</source>
        <translation>等待模型</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个 token</translation>
    </message>
    <message>
        <source>first word {seconds} s</source>
        <translation>首字 {seconds} 秒</translation>
    </message>
    <message>
        <source>{rate} tokens/s</source>
        <translation>{rate} token/秒</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>interrupted when mmdesk ended</source>
        <translation>mmdesk 退出时中断</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>cut off at the longest answer</source>
        <translation>达到最长回答，已截断</translation>
    </message>
    <message>
        <source>Thought</source>
        <translation>思考过程</translation>
    </message>
    <message>
        <source>Thought for {seconds} s</source>
        <translation>思考了 {seconds} 秒</translation>
    </message>
    <message>
        <source>Thought for a while</source>
        <translation>思考了一会儿</translation>
    </message>
    <message>
        <source>{thought}, hide</source>
        <translation>{thought}，收起</translation>
    </message>
    <message>
        <source>{thought}, show</source>
        <translation>{thought}，展开</translation>
    </message>
    <message>
        <source>The recording is no longer there</source>
        <translation>录音已不在了</translation>
    </message>
    <message>
        <source>Stop playing</source>
        <translation>停止播放</translation>
    </message>
    <message>
        <source>Play what was said, 1 second</source>
        <translation>播放所说的话，1 秒</translation>
    </message>
    <message>
        <source>Play what was said, {seconds} seconds</source>
        <translation>播放所说的话，{seconds} 秒</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Copy transcript</source>
        <translation>复制转写文本</translation>
    </message>
    <message>
        <source>Transcript of {name}</source>
        <translation>{name} 的转写文本</translation>
    </message>
    <message>
        <source>Transcript of {name}, {length}, hide</source>
        <translation>{name} 的转写文本，{length}，收起</translation>
    </message>
    <message>
        <source>Transcript of {name}, {length}, show</source>
        <translation>{name} 的转写文本，{length}，展开</translation>
    </message>
    <message>
        <source>Version before</source>
        <translation>上一版本</translation>
    </message>
    <message>
        <source>Version after</source>
        <translation>下一版本</translation>
    </message>
    <message>
        <source>Version {number} of {count}</source>
        <translation>第 {number} 个版本，共 {count} 个</translation>
    </message>
    <message>
        <source>Stop replaying</source>
        <translation>停止重放</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Replaying… {done} of {total} tokens</source>
        <translation>正在重放… 第 {done} 个 token，共 {total} 个</translation>
    </message>
    <message>
        <source>The replay was stopped.</source>
        <translation>重放已停止。</translation>
    </message>
    <message>
        <source>Replayed: all {count} tokens are the same.</source>
        <translation>已重放：全部 {count} 个 token 相同。</translation>
    </message>
    <message>
        <source>Replayed: it ended after {count} tokens, and now goes on with “{now}”.</source>
        <translation>已重放：原来在 {count} 个 token 后结束，现在以“{now}”继续。</translation>
    </message>
    <message>
        <source>Replayed: it now ends after {count} tokens, where “{before}” stood.</source>
        <translation>已重放：现在在 {count} 个 token 后结束，原来此处是“{before}”。</translation>
    </message>
    <message>
        <source>Token {number} differs: “{before}” is now “{now}”.</source>
        <translation>第 {number} 个 token 不同：“{before}”现在是“{now}”。</translation>
    </message>
</context>
<context>
    <name>conversation</name>
    <message>
        <source>Own settings</source>
        <translation>自有设置</translation>
    </message>
    <message>
        <source>System prompt: {text}</source>
        <translation>系统提示词：{text}</translation>
    </message>
    <message>
        <source>temperature {value}</source>
        <translation>温度 {value}</translation>
    </message>
    <message>
        <source>top-p {value}</source>
        <translation>top-p {value}</translation>
    </message>
    <message>
        <source>at most {count} tokens</source>
        <translation>最多 {count} 个 token</translation>
    </message>
    <message>
        <source>seed {value}</source>
        <translation>种子 {value}</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Something went wrong.</source>
        <translation>出了点问题。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请再试一次。</translation>
    </message>
    <message>
        <source>mmdesk made a mistake: {what}</source>
        <translation>mmdesk 出现内部错误：{what}</translation>
    </message>
    <message>
        <source>Nothing you wrote is lost. Help, Open log file shows the details.</source>
        <translation>您写的内容没有丢失。可在“帮助”中打开日志文件查看详情。</translation>
    </message>
    <message>
        <source>“{name}” is not there.</source>
        <translation>找不到“{name}”。</translation>
    </message>
    <message>
        <source>It may have been moved or renamed: choose it again.</source>
        <translation>它可能已被移动或改名：请重新选择。</translation>
    </message>
    <message>
        <source>“{name}” is not a regular file.</source>
        <translation>“{name}”不是普通文件。</translation>
    </message>
    <message>
        <source>“{name}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{name}”：{reason}。</translation>
    </message>
    <message>
        <source>Check the file&apos;s permissions, or copy it elsewhere.</source>
        <translation>请检查文件权限，或将它复制到别处。</translation>
    </message>
    <message>
        <source>“{name}” is empty.</source>
        <translation>“{name}”是空文件。</translation>
    </message>
    <message>
        <source>It may not have been saved completely: save it again.</source>
        <translation>它可能没有完整保存：请重新保存。</translation>
    </message>
    <message>
        <source>“{name}” is {kind_name}, which mmdesk can&apos;t read yet.</source>
        <translation>“{name}”的类型是 {kind_name}，mmdesk 暂时无法读取。</translation>
    </message>
    <message>
        <source>Save a page or frame of it as PNG or JPEG and drop that.</source>
        <translation>请将其中一页或一帧另存为 PNG 或 JPEG 再拖入。</translation>
    </message>
    <message>
        <source>“{name}” is damaged or incomplete.</source>
        <translation>“{name}”已损坏或不完整。</translation>
    </message>
    <message>
        <source>Copy or download it again.</source>
        <translation>请重新复制或下载。</translation>
    </message>
    <message>
        <source>“{name}” has {megapixels} megapixels; mmdesk reads up to {limit}.</source>
        <translation>“{name}”有 {megapixels} 百万像素；mmdesk 最多读取 {limit} 百万像素。</translation>
    </message>
    <message>
        <source>Make it smaller, or crop the part you ask about.</source>
        <translation>请缩小图片，或裁剪出要问的部分。</translation>
    </message>
    <message>
        <source>“{name}” needs too much memory to decode.</source>
        <translation>解码“{name}”需要的内存过多。</translation>
    </message>
    <message>
        <source>Make it smaller, or open it in another program and save it as PNG.</source>
        <translation>请缩小图片，或用其他程序打开后另存为 PNG。</translation>
    </message>
    <message>
        <source>“{name}” can&apos;t be prepared: {reason}.</source>
        <translation>无法准备“{name}”：{reason}。</translation>
    </message>
    <message>
        <source>Free some space or check the permissions of “{path}”.</source>
        <translation>请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
    <message>
        <source>“{name}” could not be decoded within {seconds} seconds.</source>
        <translation>未能在 {seconds} 秒内解码“{name}”。</translation>
    </message>
    <message>
        <source>Open it in another program and save it as PNG.</source>
        <translation>请用其他程序打开并另存为 PNG。</translation>
    </message>
    <message>
        <source>{count} pictures are too many: one message takes up to {limit}.</source>
        <translation>{count} 张图片太多：一条消息最多 {limit} 张。</translation>
    </message>
    <message>
        <source>The first {limit} were kept; send the rest afterwards.</source>
        <translation>已保留前 {limit} 张；其余的请随后再发。</translation>
    </message>
    <message>
        <source>Check that PortAudio is there (on Debian: libportaudio2) and sound works in other programs; typing works without it.</source>
        <translation>请确认已安装 PortAudio（Debian 上为 libportaudio2），并且其他程序能正常使用声音；不用麦克风也可以打字。</translation>
    </message>
    <message>
        <source>This is only a web address, and mmdesk never fetches from the network.</source>
        <translation>这只是一个网址，而 mmdesk 从不从网络获取内容。</translation>
    </message>
    <message>
        <source>Save the picture first, then drop the file.</source>
        <translation>请先保存图片，再拖入文件。</translation>
    </message>
    <message>
        <source>There is no question yet.</source>
        <translation>还没有问题。</translation>
    </message>
    <message>
        <source>Type one, or drop a picture first.</source>
        <translation>请先输入问题，或拖入一张图片。</translation>
    </message>
    <message>
        <source>The question has {size} characters; mmdesk takes up to {limit}.</source>
        <translation>问题有 {size} 个字符；mmdesk 最多接受 {limit} 个。</translation>
    </message>
    <message>
        <source>Shorten it, or ask about one part at a time.</source>
        <translation>请缩短问题，或分几次来问。</translation>
    </message>
    <message>
        <source>There is no model in “{path}”.</source>
        <translation>“{path}”中没有模型。</translation>
    </message>
    <message>
        <source>Choose a folder that holds config.json and .safetensors files.</source>
        <translation>请选择包含 config.json 和 .safetensors 文件的文件夹。</translation>
    </message>
    <message>
        <source>The model in “{path}” is incomplete: {missing}.</source>
        <translation>“{path}”中的模型不完整，缺少：{missing}。</translation>
    </message>
    <message>
        <source>Download or copy the missing files again.</source>
        <translation>请重新下载或复制缺少的文件。</translation>
    </message>
    <message>
        <source>Drop the files themselves, not a folder or device.</source>
        <translation>请拖放文件本身，而不是文件夹或设备。</translation>
    </message>
    <message>
        <source>“{name}” is neither a picture nor a sound file that mmdesk can read.</source>
        <translation>“{name}”既不是 mmdesk 能读取的图片，也不是能读取的声音文件。</translation>
    </message>
    <message>
        <source>Use PNG, JPEG, WebP, GIF, BMP or TIFF for pictures; WAV, FLAC, OGG, MP3 or M4A for sound.</source>
        <translation>图片请用 PNG、JPEG、WebP、GIF、BMP 或 TIFF；声音请用 WAV、FLAC、OGG、MP3 或 M4A。</translation>
    </message>
    <message>
        <source>Save it as WAV, FLAC, OGG, MP3 or M4A and drop that.</source>
        <translation>请另存为 WAV、FLAC、OGG、MP3 或 M4A 后再拖进来。</translation>
    </message>
    <message>
        <source>Nothing is said in “{name}”.</source>
        <translation>“{name}”里没有人说话。</translation>
    </message>
    <message>
        <source>Play it in another program to check that it has speech.</source>
        <translation>请在其他程序中播放，检查其中是否有说话声。</translation>
    </message>
    <message>
        <source>“{name}” has no sound in it.</source>
        <translation>“{name}”里没有声音。</translation>
    </message>
    <message>
        <source>Choose a WAV, FLAC, OGG, MP3 or M4A file with speech.</source>
        <translation>请选择一个有说话声的 WAV、FLAC、OGG、MP3 或 M4A 文件。</translation>
    </message>
    <message>
        <source>“{name}” is {hours} hours long; mmdesk takes up to {limit}.</source>
        <translation>“{name}”长 {hours} 小时；mmdesk 最多接受 {limit} 小时。</translation>
    </message>
    <message>
        <source>Cut it into parts with an audio editor.</source>
        <translation>请用音频编辑器把它切成几段。</translation>
    </message>
    <message>
        <source>Open it in another program and save it as WAV.</source>
        <translation>请在其他程序中打开并另存为 WAV。</translation>
    </message>
    <message>
        <source>The sound system can&apos;t be used: {reason}.</source>
        <translation>无法使用声音系统：{reason}。</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>没有找到麦克风。</translation>
    </message>
    <message>
        <source>Plug one in or switch it on, then press the microphone button again.</source>
        <translation>请插上或打开麦克风，然后再按麦克风按钮。</translation>
    </message>
    <message>
        <source>The microphone “{device}” is not there.</source>
        <translation>麦克风“{device}”不在。</translation>
    </message>
    <message>
        <source>Plug it in, or choose another one in Settings, Voice.</source>
        <translation>请插上它，或在“设置”的“语音”中选择另一个。</translation>
    </message>
    <message>
        <source>The system does not let mmdesk use “{device}”.</source>
        <translation>系统不允许 mmdesk 使用“{device}”。</translation>
    </message>
    <message>
        <source>Permit the microphone for mmdesk in the system&apos;s privacy settings.</source>
        <translation>请在系统的隐私设置中允许 mmdesk 使用麦克风。</translation>
    </message>
    <message>
        <source>Another program is using “{device}”.</source>
        <translation>另一个程序正在使用“{device}”。</translation>
    </message>
    <message>
        <source>Close that program, or choose another microphone in Settings, Voice.</source>
        <translation>请关闭那个程序，或在“设置”的“语音”中选择另一个麦克风。</translation>
    </message>
    <message>
        <source>“{device}” can&apos;t be used as a microphone: {reason}.</source>
        <translation>“{device}”不能用作麦克风：{reason}。</translation>
    </message>
    <message>
        <source>Choose another microphone in Settings, Voice.</source>
        <translation>请在“设置”的“语音”中选择另一个麦克风。</translation>
    </message>
    <message>
        <source>The microphone “{device}” went away after {seconds} seconds.</source>
        <translation>麦克风“{device}”在 {seconds} 秒后断开了。</translation>
    </message>
    <message>
        <source>What was said until then is kept. Plug it in again.</source>
        <translation>此前说的话已保留。请重新插上它。</translation>
    </message>
    <message>
        <source>“{device}” gives only silence.</source>
        <translation>“{device}”只有静音。</translation>
    </message>
    <message>
        <source>Check its mute switch and the input level in the system&apos;s sound settings.</source>
        <translation>请检查它的静音开关以及系统声音设置中的输入音量。</translation>
    </message>
    <message>
        <source>The recording can&apos;t be played: {reason}.</source>
        <translation>无法播放录音：{reason}。</translation>
    </message>
    <message>
        <source>Check the speakers in the system&apos;s sound settings.</source>
        <translation>请检查系统声音设置中的扬声器。</translation>
    </message>
    <message>
        <source>There is no speech model in “{path}”.</source>
        <translation>“{path}”里没有语音模型。</translation>
    </message>
    <message>
        <source>Choose a Whisper folder with config.json and model.safetensors, or one of OpenAI&apos;s .pt files.</source>
        <translation>请选择包含 config.json 和 model.safetensors 的 Whisper 文件夹，或 OpenAI 的 .pt 文件。</translation>
    </message>
    <message>
        <source>The speech model in “{path}” is incomplete: {missing}.</source>
        <translation>“{path}”里的语音模型不完整：{missing}。</translation>
    </message>
    <message>
        <source>The speech model in “{path}” is damaged: {reason}.</source>
        <translation>“{path}”里的语音模型已损坏：{reason}。</translation>
    </message>
    <message>
        <source>Download or copy it again.</source>
        <translation>请重新下载或复制。</translation>
    </message>
    <message>
        <source>“{path}” is none of OpenAI&apos;s Whisper files, so mmdesk does not open it.</source>
        <translation>“{path}”不是 OpenAI 的 Whisper 文件，因此 mmdesk 不会打开它。</translation>
    </message>
    <message>
        <source>A .pt file may hold a program. Download it again, or take the model as safetensors.</source>
        <translation>.pt 文件可能含有程序。请重新下载，或改用 safetensors 格式的模型。</translation>
    </message>
    <message>
        <source>Hearing needs the Python package {package}.</source>
        <translation>语音识别需要 Python 包 {package}。</translation>
    </message>
    <message>
        <source>Install it beside mmdesk; typing works without it.</source>
        <translation>请把它与 mmdesk 安装在一起；没有它也能打字提问。</translation>
    </message>
    <message>
        <source>The speech model {model} does not know {language}.</source>
        <translation>语音模型 {model} 不懂这种语言：{language}。</translation>
    </message>
    <message>
        <source>Choose another language or a larger Whisper model in Settings, Voice.</source>
        <translation>请在“设置”的“语音”中选择另一种语言或更大的 Whisper 模型。</translation>
    </message>
    <message>
        <source>There was not enough memory on {device} to listen.</source>
        <translation>{device} 上的内存不足，无法识别语音。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller speech model.</source>
        <translation>请关闭其他程序，或选择较小的语音模型。</translation>
    </message>
    <message>
        <source>This is {seconds} seconds of speech; one question takes up to {limit}.</source>
        <translation>这段话长 {seconds} 秒；一个问题最多 {limit} 秒。</translation>
    </message>
    <message>
        <source>Speak shorter, or drop the sound as a file.</source>
        <translation>请说短一些，或把声音作为文件拖进来。</translation>
    </message>
    <message>
        <source>No words were heard.</source>
        <translation>没有听到任何词语。</translation>
    </message>
    <message>
        <source>Speak closer to the microphone and check its level.</source>
        <translation>请靠近麦克风说话，并检查它的音量。</translation>
    </message>
    <message>
        <source>There is no picture or sound in this.</source>
        <translation>这里面没有图片或声音。</translation>
    </message>
    <message>
        <source>“{file}” of the model in “{path}” is damaged: {reason}.</source>
        <translation>“{path}”中模型的文件“{file}”已损坏：{reason}。</translation>
    </message>
    <message>
        <source>Download or copy that file again.</source>
        <translation>请重新下载或复制该文件。</translation>
    </message>
    <message>
        <source>The model in “{path}” is of a kind that mmdesk doesn&apos;t know: {architecture}.</source>
        <translation>“{path}”中的模型属于 mmdesk 不认识的类型：{architecture}。</translation>
    </message>
    <message>
        <source>Choose an image-text model such as LLaVA, Qwen-VL, Gemma 3 or SmolVLM.</source>
        <translation>请选择图文模型，例如 LLaVA、Qwen-VL、Gemma 3 或 SmolVLM。</translation>
    </message>
    <message>
        <source>The model in “{path}” ({architecture}) does not take pictures.</source>
        <translation>“{path}”中的模型（{architecture}）不支持图片。</translation>
    </message>
    <message>
        <source>The model in “{path}” wants to run code of its own; mmdesk never does that.</source>
        <translation>“{path}”中的模型要运行自带的代码；mmdesk 从不允许这样做。</translation>
    </message>
    <message>
        <source>Choose a version of it that transformers supports without remote code.</source>
        <translation>请选择 transformers 无需远程代码即可支持的版本。</translation>
    </message>
    <message>
        <source>“{path}” holds an adapter (LoRA), not a whole model.</source>
        <translation>“{path}”中是适配器（LoRA），不是完整的模型。</translation>
    </message>
    <message>
        <source>Choose the whole model, or merge the adapter into it and take the result.</source>
        <translation>请选择完整的模型，或先把适配器合并进去再使用。</translation>
    </message>
    <message>
        <source>The model in “{path}” needs the Python package {package}.</source>
        <translation>“{path}”中的模型需要 Python 软件包 {package}。</translation>
    </message>
    <message>
        <source>Install it beside mmdesk, or choose another model.</source>
        <translation>请与 mmdesk 一起安装它，或选择其他模型。</translation>
    </message>
    <message>
        <source>This computer has no device “{device}” for models.</source>
        <translation>这台电脑没有可供模型使用的设备“{device}”。</translation>
    </message>
    <message>
        <source>Choose “auto” as the device in the settings.</source>
        <translation>请在设置中将设备选为“自动”。</translation>
    </message>
    <message>
        <source>This conversation has {tokens} tokens, {picture_tokens} of them for {pictures} picture(s); the model takes {limit}.</source>
        <translation>这次对话有 {tokens} 个 token，其中 {pictures} 张图片占 {picture_tokens} 个；模型最多接受 {limit} 个。</translation>
    </message>
    <message>
        <source>Shorten the question, remove a picture, or start a new chat (Ctrl+N).</source>
        <translation>请缩短问题、移除一张图片，或开始新对话（Ctrl+N）。</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>没有加载模型。</translation>
    </message>
    <message>
        <source>Choose a model folder in the settings.</source>
        <translation>请在设置中选择模型文件夹。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template takes {placed} of the {pictures} picture(s).</source>
        <translation>共 {pictures} 张图片，模型的对话模板只接受 {placed} 张。</translation>
    </message>
    <message>
        <source>Ask about fewer pictures in a new chat, or choose another model.</source>
        <translation>请在新对话中询问较少的图片，或选择其他模型。</translation>
    </message>
    <message>
        <source>The model&apos;s process stopped: {reason}.</source>
        <translation>模型进程已停止：{reason}。</translation>
    </message>
    <message>
        <source>It is being started again; what was written so far is kept. Retry.</source>
        <translation>正在重新启动；已写出的内容已保留。请重试。</translation>
    </message>
    <message>
        <source>The conversation can&apos;t be saved: {reason}.</source>
        <translation>无法保存对话：{reason}。</translation>
    </message>
    <message>
        <source>Free some space or check the permissions of “{path}”, then retry.</source>
        <translation>请腾出一些空间或检查“{path}”的权限，然后重试。</translation>
    </message>
    <message>
        <source>The conversations in “{path}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{path}”中的对话：{reason}。</translation>
    </message>
    <message>
        <source>mmdesk changes nothing there. Move the file aside to begin with an empty one.</source>
        <translation>mmdesk 不会改动那里的内容。将该文件移到别处即可从空白开始。</translation>
    </message>
    <message>
        <source>The conversations in “{path}” were written by a newer mmdesk ({version}).</source>
        <translation>“{path}”中的对话由更新版本的 mmdesk（{version}）写入。</translation>
    </message>
    <message>
        <source>Update mmdesk; this one knows up to version {known}.</source>
        <translation>请更新 mmdesk；当前版本最多支持到 {known}。</translation>
    </message>
    <message>
        <source>Another mmdesk is using “{path}”.</source>
        <translation>另一个 mmdesk 正在使用“{path}”。</translation>
    </message>
    <message>
        <source>Use its window, or close it first.</source>
        <translation>请使用它的窗口，或先将它关闭。</translation>
    </message>
    <message>
        <source>That conversation is no longer there.</source>
        <translation>那个对话已不存在。</translation>
    </message>
    <message>
        <source>Choose another one from the list.</source>
        <translation>请从列表中选择其他对话。</translation>
    </message>
    <message>
        <source>The question is not text in UTF-8.</source>
        <translation>问题不是 UTF-8 文本。</translation>
    </message>
    <message>
        <source>The picture can&apos;t be saved as “{path}”: {reason}.</source>
        <translation>图片无法保存为“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Name a .png, .jpg or .webp file in a folder that can be written.</source>
        <translation>请指定可写文件夹中的 .png、.jpg 或 .webp 文件。</translation>
    </message>
    <message>
        <source>Give pictures with -a, and the question as plain text.</source>
        <translation>请用 -a 附上图片，问题写成纯文本。</translation>
    </message>
    <message>
        <source>Models can&apos;t be used in {dtype} on {device} yet.</source>
        <translation>目前还不能在 {device} 上以 {dtype} 使用模型。</translation>
    </message>
    <message>
        <source>Choose “auto” as the precision in the settings; bfloat16 and float32 work there too.</source>
        <translation>请在设置中把精度选为“自动”；那里也可以用 bfloat16 和 float32。</translation>
    </message>
    <message>
        <source>The model in “{path}” does not fit into the memory of {device}: it needs {needed} GB, {available} GB are free.</source>
        <translation>“{path}”中的模型放不进 {device} 的内存：需要 {needed} GB，可用 {available} GB。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model: one of {billions} billion parameters fits.</source>
        <translation>请关闭其他程序，或选择更小的模型：{billions} B（十亿）参数的放得下。</translation>
    </message>
    <message>
        <source>Choose {dtype} as the precision in the settings: then it needs {packed} GB. Or choose a smaller model.</source>
        <translation>请在设置中把精度选为 {dtype}：这样只需 {packed} GB。也可以选择更小的模型。</translation>
    </message>
    <message>
        <source>Close other programs, or use the starter model, which needs hardly any memory.</source>
        <translation>请关闭其他程序，或使用几乎不占内存的入门模型。</translation>
    </message>
    <message>
        <source>“{model}” can&apos;t be asked how sure it was or what its answer rests on.</source>
        <translation>无法询问“{model}”有多确定，或它的回答依据什么。</translation>
    </message>
    <message>
        <source>Ask again with another model; the answer itself stays.</source>
        <translation>请换一个模型再问一次；回答本身会保留。</translation>
    </message>
    <message>
        <source>There is too little memory on {device} to look closer at this answer.</source>
        <translation>{device} 的内存不足，无法进一步查看这个回答。</translation>
    </message>
    <message>
        <source>Close other programs, or ask about a smaller picture or a shorter answer.</source>
        <translation>请关闭其他程序，或针对较小的图片、较短的回答提问。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template fails on this conversation: {reason}.</source>
        <translation>模型的对话模板无法处理此对话：{reason}。</translation>
    </message>
    <message>
        <source>Ask in a new chat, or choose another model.</source>
        <translation>请在新对话中提问，或选择其他模型。</translation>
    </message>
    <message>
        <source>This model answers only questions about a picture.</source>
        <translation>此模型只回答有关图片的问题。</translation>
    </message>
    <message>
        <source>Drop a picture into the chat, or choose a model that chats.</source>
        <translation>请拖入一张图片，或选择能对话的模型。</translation>
    </message>
    <message>
        <source>This model takes {limit} picture(s) in one question; there are {pictures}.</source>
        <translation>此模型每个问题最多接受 {limit} 张图片，现在有 {pictures} 张。</translation>
    </message>
    <message>
        <source>Ask about one picture after the other, or choose another model.</source>
        <translation>请逐张提问，或选择其他模型。</translation>
    </message>
    <message>
        <source>This model can&apos;t take “{name}” with its {width} × {height} pixels.</source>
        <translation>此模型无法处理“{name}”（{width} × {height} 像素）。</translation>
    </message>
    <message>
        <source>Cut out the part that the question is about, or choose another model.</source>
        <translation>请截取与问题有关的部分，或选择其他模型。</translation>
    </message>
    <message>
        <source>This model can&apos;t take pictures of this shape: {reason}</source>
        <translation>此模型无法处理这种形状的图片：{reason}</translation>
    </message>
    <message>
        <source>There was not enough memory on {device} to answer: {needed} GB are needed beside the model, {available} GB are free.</source>
        <translation>{device} 的内存不足以回答：除模型外还需要 {needed} GB，可用 {available} GB。</translation>
    </message>
    <message>
        <source>Close other programs, remove a picture, or start a new chat (Ctrl+N).</source>
        <translation>请关闭其他程序、移除一张图片，或开始新对话（Ctrl+N）。</translation>
    </message>
    <message>
        <source>The memory on {device} ran out in the middle of the answer.</source>
        <translation>回答到一半，{device} 的内存用完了。</translation>
    </message>
    <message>
        <source>What was written so far is kept. Close other programs, or start a new chat.</source>
        <translation>已写出的内容会保留。请关闭其他程序，或开始新对话。</translation>
    </message>
    <message>
        <source>“{path}” is {kind}; it takes {takes}, and compares no picture with texts.</source>
        <translation>“{path}”是{kind}；它接受{takes}，不能比较图片和文字。</translation>
    </message>
    <message>
        <source>Choose a CLIP, Chinese-CLIP or SigLIP model.</source>
        <translation>请选择 CLIP、Chinese-CLIP 或 SigLIP 模型。</translation>
    </message>
    <message>
        <source>The model in “{path}” ({architecture}) is none that mmdesk can compare pictures with texts by.</source>
        <translation>mmdesk 无法用“{path}”中的模型（{architecture}）比较图片和文字。</translation>
    </message>
    <message>
        <source>There was not enough memory on {device} to compare the picture with the texts.</source>
        <translation>{device} 的内存不足，无法比较图片和文字。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model to match with.</source>
        <translation>请关闭其他程序，或选择较小的匹配模型。</translation>
    </message>
    <message>
        <source>There is no text to compare the picture with.</source>
        <translation>没有可与图片比较的文字。</translation>
    </message>
    <message>
        <source>Write what the picture may show, one text or several.</source>
        <translation>请写下图片可能显示的内容，一条或多条。</translation>
    </message>
    <message>
        <source>Text {number} is empty.</source>
        <translation>第 {number} 条文字是空的。</translation>
    </message>
    <message>
        <source>Write what the picture may show, or leave it out.</source>
        <translation>请写下图片可能显示的内容，或去掉这一条。</translation>
    </message>
    <message>
        <source>“{text}” alone would get a probability of 1 from this model, whatever the picture shows.</source>
        <translation>只有“{text}”一条时，无论图片显示什么，这个模型都会给出概率 1。</translation>
    </message>
    <message>
        <source>Add a text that would be true of another picture, or choose a SigLIP model.</source>
        <translation>请再加一条适合其他图片的文字，或选择 SigLIP 模型。</translation>
    </message>
    <message>
        <source>“{name}” is a sound file; only a picture can be compared with texts.</source>
        <translation>“{name}”是声音文件；只有图片才能与文字比较。</translation>
    </message>
    <message>
        <source>Choose a picture.</source>
        <translation>请选择图片。</translation>
    </message>
    <message>
        <source>There are {count} texts; mmdesk compares a picture with up to {limit}.</source>
        <translation>共有 {count} 条文字；mmdesk 最多将图片与 {limit} 条比较。</translation>
    </message>
    <message>
        <source>Compare it with fewer at a time.</source>
        <translation>请减少每次比较的条数。</translation>
    </message>
    <message>
        <source>{host} can&apos;t be reached: {reason}.</source>
        <translation>无法连接 {host}：{reason}。</translation>
    </message>
    <message>
        <source>Check the connection, or choose another source on the Models page (a mirror, ModelScope).</source>
        <translation>请检查网络连接，或在“模型”页面另选来源（镜像、ModelScope）。</translation>
    </message>
    <message>
        <source>{host} has no time at the moment (status {status}).</source>
        <translation>{host} 暂时繁忙（状态 {status}）。</translation>
    </message>
    <message>
        <source>What was downloaded is kept: go on later, or choose another source.</source>
        <translation>已下载的部分会保留：请稍后继续，或另选来源。</translation>
    </message>
    <message>
        <source>{host} does not answer like a model hub: {reason}.</source>
        <translation>{host} 的应答不像模型库：{reason}。</translation>
    </message>
    <message>
        <source>A login page of the network may be in between, or the address is wrong.</source>
        <translation>中间可能有网络的登录页面，或者地址有误。</translation>
    </message>
    <message>
        <source>{host} has no model “{id}”.</source>
        <translation>{host} 上没有模型“{id}”。</translation>
    </message>
    <message>
        <source>Check how it is written: maker/name. Or try a mirror.</source>
        <translation>请检查写法：作者/名称；或试试镜像。</translation>
    </message>
    <message>
        <source>“{id}” is only given to people who accepted its terms.</source>
        <translation>“{id}”只提供给接受其条款的人。</translation>
    </message>
    <message>
        <source>Accept them on its page at {host}, then start mmdesk with your access token in HF_TOKEN.</source>
        <translation>请在 {host} 的模型页面接受条款，然后把访问令牌放进 HF_TOKEN 再启动 mmdesk。</translation>
    </message>
    <message>
        <source>“{id}” is not downloaded, since HF_HUB_OFFLINE=1 forbids the network.</source>
        <translation>没有下载“{id}”，因为 HF_HUB_OFFLINE=1 禁止联网。</translation>
    </message>
    <message>
        <source>Start mmdesk without that variable to download models.</source>
        <translation>要下载模型，请不带该变量启动 mmdesk。</translation>
    </message>
    <message>
        <source>Another mmdesk is downloading “{id}” already.</source>
        <translation>另一个 mmdesk 正在下载“{id}”。</translation>
    </message>
    <message>
        <source>Wait until it is done, or pause it there first.</source>
        <translation>请等它完成，或先在那里暂停。</translation>
    </message>
    <message>
        <source>mmdesk can&apos;t use “{id}”: {reason}.</source>
        <translation>mmdesk 无法使用“{id}”：{reason}。</translation>
    </message>
    <message>
        <source>Choose a version with .safetensors weights that transformers supports.</source>
        <translation>请选择 transformers 支持且带 .safetensors 权重的版本。</translation>
    </message>
    <message>
        <source>“{file}” of {id} arrived damaged and was thrown away.</source>
        <translation>{id} 的“{file}”下载后已损坏，已丢弃。</translation>
    </message>
    <message>
        <source>Download it again; the other files are kept.</source>
        <translation>请重新下载；其他文件会保留。</translation>
    </message>
    <message>
        <source>The download of {id} broke off: {reason}.</source>
        <translation>{id} 的下载中断：{reason}。</translation>
    </message>
    <message>
        <source>What was downloaded is kept: go on when you are online.</source>
        <translation>已下载的部分会保留：联网后请继续。</translation>
    </message>
    <message>
        <source>There is too little space in “{path}”: {needed} GB needed, {free} GB free.</source>
        <translation>“{path}”空间不足：需要 {needed} GB，可用 {free} GB。</translation>
    </message>
    <message>
        <source>Free some space, or remove a model you no longer use.</source>
        <translation>请腾出一些空间，或删除不再使用的模型。</translation>
    </message>
    <message>
        <source>Models can&apos;t be written to “{path}”: {reason}.</source>
        <translation>无法把模型写入“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Check the permissions of that folder.</source>
        <translation>请检查该文件夹的权限。</translation>
    </message>
    <message>
        <source>There is no model “{id}” here.</source>
        <translation>这里没有模型“{id}”。</translation>
    </message>
    <message>
        <source>“mmdesk models” lists those that there are.</source>
        <translation>“mmdesk models”会列出现有的模型。</translation>
    </message>
    <message>
        <source>{name} is in use.</source>
        <translation>{name} 正在使用中。</translation>
    </message>
    <message>
        <source>Choose another model first, then remove it.</source>
        <translation>请先选择其他模型，再删除它。</translation>
    </message>
    <message>
        <source>“{path}” is not mmdesk&apos;s, so it stays as it is.</source>
        <translation>“{path}”不属于 mmdesk，因此保持原样。</translation>
    </message>
    <message>
        <source>Remove it with the program that put it there.</source>
        <translation>请用放置它的程序删除。</translation>
    </message>
    <message>
        <source>“{address}” is not the address of a server.</source>
        <translation>“{address}”不是服务器地址。</translation>
    </message>
    <message>
        <source>Write it like https://host:8000/v1.</source>
        <translation>请写成 https://host:8000/v1 的形式。</translation>
    </message>
    <message>
        <source>The way to {host} is not encrypted.</source>
        <translation>到 {host} 的连接没有加密。</translation>
    </message>
    <message>
        <source>Use https, or confirm that this is a computer in your own network: others in it could read your pictures, questions and key.</source>
        <translation>请使用 https，或确认这是您自己网络中的电脑：网络中的其他人可能读到您的图片、问题和密钥。</translation>
    </message>
    <message>
        <source>The server {host} is not among your servers any more.</source>
        <translation>服务器 {host} 已不在您的服务器之列。</translation>
    </message>
    <message>
        <source>Add it again on the Models page, or use another model.</source>
        <translation>请在“模型”页面重新添加，或使用其他模型。</translation>
    </message>
    <message>
        <source>Check that the server runs and the address is right, then try again.</source>
        <translation>请确认服务器正在运行且地址正确，然后重试。</translation>
    </message>
    <message>
        <source>{host} can&apos;t prove who it is: {reason}.</source>
        <translation>{host} 无法证明自己的身份：{reason}。</translation>
    </message>
    <message>
        <source>Nothing was sent. Have its certificate mended, or reach it by another address.</source>
        <translation>没有发送任何内容。请修复其证书，或换一个地址连接。</translation>
    </message>
    <message>
        <source>{host} sends mmdesk on to {target}, which it refuses.</source>
        <translation>{host} 要把 mmdesk 转到 {target}，已拒绝。</translation>
    </message>
    <message>
        <source>If you trust that address, add it as a server.</source>
        <translation>如果您信任该地址，请把它添加为服务器。</translation>
    </message>
    <message>
        <source>{host} sent nothing useful for {seconds} seconds.</source>
        <translation>{host} 在 {seconds} 秒内没有发来有用的内容。</translation>
    </message>
    <message>
        <source>It may be loading the model or be busy: try again later.</source>
        <translation>它可能正在加载模型或很忙：请稍后重试。</translation>
    </message>
    <message>
        <source>{host} does not accept the key.</source>
        <translation>{host} 不接受该密钥。</translation>
    </message>
    <message>
        <source>Give the server&apos;s API key on the Models page.</source>
        <translation>请在“模型”页面填写服务器的 API 密钥。</translation>
    </message>
    <message>
        <source>The keyring fails with the key of {host}: {reason}.</source>
        <translation>密钥环无法处理 {host} 的密钥：{reason}。</translation>
    </message>
    <message>
        <source>Unlock the system&apos;s keyring and try again, or give the key anew.</source>
        <translation>请解锁系统密钥环后重试，或重新填写密钥。</translation>
    </message>
    <message>
        <source>Try again in a while.</source>
        <translation>请稍后重试。</translation>
    </message>
    <message>
        <source>{host} refuses (status {status}): {reason}.</source>
        <translation>{host} 拒绝了请求（状态 {status}）：{reason}。</translation>
    </message>
    <message>
        <source>Shorten the conversation or remove pictures, or look into the server&apos;s log.</source>
        <translation>请缩短对话或移除图片，或查看服务器的日志。</translation>
    </message>
    <message>
        <source>{host} has no model “{model}”.</source>
        <translation>{host} 没有模型“{model}”。</translation>
    </message>
    <message>
        <source>Test the server on the Models page to see what it has.</source>
        <translation>请在“模型”页面测试服务器，看看它有哪些模型。</translation>
    </message>
    <message>
        <source>“{model}” at {host} takes no pictures.</source>
        <translation>{host} 上的“{model}”不接受图片。</translation>
    </message>
    <message>
        <source>Choose an image-text model on that server.</source>
        <translation>请选择该服务器上的图文模型。</translation>
    </message>
    <message>
        <source>{host} can&apos;t go on with a stopped answer.</source>
        <translation>{host} 无法继续已停止的回答。</translation>
    </message>
    <message>
        <source>Have it answered anew, or ask it to go on.</source>
        <translation>请重新回答，或在新消息中请它继续。</translation>
    </message>
    <message>
        <source>{host} does not answer like an OpenAI-compatible server: {reason}.</source>
        <translation>{host} 的应答不像兼容 OpenAI 的服务器：{reason}。</translation>
    </message>
    <message>
        <source>Check the address; it usually ends in /v1.</source>
        <translation>请检查地址，它通常以 /v1 结尾。</translation>
    </message>
    <message>
        <source>{host} sent more than {limit}, so mmdesk hung up.</source>
        <translation>{host} 发送的内容超过 {limit}，mmdesk 已断开。</translation>
    </message>
    <message>
        <source>What was written so far is kept.</source>
        <translation>已写出的内容会保留。</translation>
    </message>
    <message>
        <source>{host} broke off in the middle of the answer.</source>
        <translation>{host} 在回答中途断开。</translation>
    </message>
    <message>
        <source>What was written so far is kept. Retry.</source>
        <translation>已写出的内容会保留。请重试。</translation>
    </message>
    <message>
        <source>The conversations can&apos;t be backed up: {reason}.</source>
        <translation>无法备份对话：{reason}。</translation>
    </message>
    <message>
        <source>Nothing was changed. Free some space or check the permissions of “{path}”.</source>
        <translation>没有改动任何内容。请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
    <message>
        <source>The file with the conversations was damaged; {messages} messages could still be read, the rest is as in the last backup ({backup}).</source>
        <translation>保存对话的文件已损坏；仍读出了 {messages} 条消息，其余恢复为上次备份（{backup}）的内容。</translation>
    </message>
    <message>
        <source>The damaged file is kept: “{path}”.</source>
        <translation>损坏的文件已保留：“{path}”。</translation>
    </message>
    <message>
        <source>The file with the conversations was gone: they are as in the last backup ({backup}).</source>
        <translation>保存对话的文件不见了：已恢复为上次备份（{backup}）的内容。</translation>
    </message>
    <message>
        <source>To begin with none, remove the backups in “{path}” as well.</source>
        <translation>若想从空白开始，请把“{path}”中的备份也删除。</translation>
    </message>
    <message>
        <source>The question can&apos;t be saved: “{name}” is no longer there, or was changed.</source>
        <translation>问题无法保存：“{name}”已不存在或被改动。</translation>
    </message>
    <message>
        <source>Remove it from the question, or attach it again.</source>
        <translation>请从问题中移除它，或重新添加。</translation>
    </message>
    <message>
        <source>mmdesk was closed before this was done.</source>
        <translation>操作完成之前 mmdesk 已关闭。</translation>
    </message>
    <message>
        <source>What was done until then stays. Repeat it for the rest.</source>
        <translation>已完成的部分会保留。请对其余部分重新操作。</translation>
    </message>
    <message>
        <source>There is no backup “{name}”.</source>
        <translation>没有名为“{name}”的备份。</translation>
    </message>
    <message>
        <source>“mmdesk restore --list” shows those that there are.</source>
        <translation>“mmdesk restore --list”会列出现有的备份。</translation>
    </message>
    <message>
        <source>The backup “{path}” is damaged.</source>
        <translation>备份“{path}”已损坏。</translation>
    </message>
    <message>
        <source>Nothing was changed. Choose an earlier one.</source>
        <translation>没有改动任何内容。请选择更早的备份。</translation>
    </message>
    <message>
        <source>An answer is on its way.</source>
        <translation>正在生成回答。</translation>
    </message>
    <message>
        <source>Wait for it or stop it, then restore the backup.</source>
        <translation>请等待或停止回答，然后再恢复备份。</translation>
    </message>
    <message>
        <source>Nothing can be exported to “{path}”: {reason}.</source>
        <translation>无法导出到“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space and check the permissions.</source>
        <translation>请选择其他文件夹，或腾出空间并检查权限。</translation>
    </message>
    <message>
        <source>No conversation is called “{name}”.</source>
        <translation>没有名为“{name}”的对话。</translation>
    </message>
    <message>
        <source>Give a title as the list of conversations shows it.</source>
        <translation>请按对话列表中显示的样子写标题。</translation>
    </message>
    <message>
        <source>“{name}” is not JSON.</source>
        <translation>“{name}”不是 JSON。</translation>
    </message>
    <message>
        <source>Import conversations that were exported as JSON.</source>
        <translation>请导入以 JSON 格式导出的对话。</translation>
    </message>
    <message>
        <source>“{name}” has more than {limit} MB.</source>
        <translation>“{name}”超过 {limit} MB。</translation>
    </message>
    <message>
        <source>Export the conversations into smaller files.</source>
        <translation>请将对话导出为较小的文件。</translation>
    </message>
    <message>
        <source>“{name}” can&apos;t be imported: {where} {reason}.</source>
        <translation>无法导入“{name}”：{where} {reason}。</translation>
    </message>
    <message>
        <source>Nothing of this conversation was taken over. Export it again.</source>
        <translation>此对话未导入任何内容。请重新导出。</translation>
    </message>
    <message>
        <source>“{name}” was exported by a newer mmdesk ({version}).</source>
        <translation>“{name}”由更新版本的 mmdesk（{version}）导出。</translation>
    </message>
    <message>
        <source>There is no conversation in “{name}”.</source>
        <translation>“{name}”中没有对话。</translation>
    </message>
    <message>
        <source>“{name}” refers to “{file}”, which is not inside its folder.</source>
        <translation>“{name}”引用了“{file}”，但它不在该文件所在的文件夹内。</translation>
    </message>
    <message>
        <source>Nothing was read there. Ask whoever made the file.</source>
        <translation>没有读取该处的内容。请询问文件的制作者。</translation>
    </message>
    <message>
        <source>“{file}”, which belongs to “{name}”, is not there.</source>
        <translation>缺少属于“{name}”的“{file}”。</translation>
    </message>
    <message>
        <source>Keep the folder “media” beside the exported file.</source>
        <translation>请将“media”文件夹放在导出的文件旁边。</translation>
    </message>
    <message>
        <source>“{file}”, which belongs to “{name}”, was changed after the export.</source>
        <translation>属于“{name}”的“{file}”在导出后被改动过。</translation>
    </message>
    <message>
        <source>This was stopped before its end.</source>
        <translation>操作在完成前被停止。</translation>
    </message>
    <message>
        <source>The open window is of another version of mmdesk ({version}).</source>
        <translation>打开的窗口是另一个版本的 mmdesk（{version}）。</translation>
    </message>
    <message>
        <source>Close it, then repeat the command.</source>
        <translation>请关闭它，然后重新执行命令。</translation>
    </message>
    <message>
        <source>A plot needs the Python package {package}.</source>
        <translation>绘图需要 Python 软件包 {package}。</translation>
    </message>
    <message>
        <source>Install it beside mmdesk, or leave --plot out: the figures are printed too.</source>
        <translation>请将它与 mmdesk 一起安装，或去掉 --plot：数据同样会打印出来。</translation>
    </message>
    <message>
        <source>The plot can&apos;t be written to “{path}”: {reason}.</source>
        <translation>无法将图写入“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Name a .png or .svg file in a folder that can be written.</source>
        <translation>请指定可写文件夹中的 .png 或 .svg 文件。</translation>
    </message>
    <message>
        <source>llama.cpp can&apos;t be measured with “{path}”: {reason}.</source>
        <translation>无法用“{path}”测量 llama.cpp：{reason}。</translation>
    </message>
    <message>
        <source>Give a GGUF file of one of the sizes; docs/benchmarks/README.md says how.</source>
        <translation>请提供其中一种规模的 GGUF 文件；方法见 docs/benchmarks/README.md。</translation>
    </message>
    <message>
        <source>“{path}” can&apos;t be used as examples: {reason}.</source>
        <translation>“{path}”不能用作样例：{reason}。</translation>
    </message>
    <message>
        <source>Name a folder with pictures and one .jsonl file that says what is in them.</source>
        <translation>请指定一个文件夹，其中有图片和一个说明图片内容的 .jsonl 文件。</translation>
    </message>
    <message>
        <source>There is no .jsonl file in “{path}”.</source>
        <translation>“{path}”中没有 .jsonl 文件。</translation>
    </message>
    <message>
        <source>Put a file data.jsonl there, with one line for each example: {{&quot;picture&quot;: &quot;a.jpg&quot;, &quot;caption&quot;: &quot;…&quot;}} or {{&quot;picture&quot;: &quot;a.jpg&quot;, &quot;question&quot;: &quot;…&quot;, &quot;answer&quot;: &quot;…&quot;}}.</source>
        <translation>请在其中放一个 data.jsonl 文件，每个样例一行：{{&quot;picture&quot;: &quot;a.jpg&quot;, &quot;caption&quot;: &quot;…&quot;}} 或 {{&quot;picture&quot;: &quot;a.jpg&quot;, &quot;question&quot;: &quot;…&quot;, &quot;answer&quot;: &quot;…&quot;}}。</translation>
    </message>
    <message>
        <source>There are several .jsonl files in “{path}”: {names}.</source>
        <translation>“{path}”中有多个 .jsonl 文件：{names}。</translation>
    </message>
    <message>
        <source>Leave one there; join their lines if you want them all.</source>
        <translation>请只留一个；如果都要用，请把它们的行合并到一起。</translation>
    </message>
    <message>
        <source>“{path}” can&apos;t be used:
{problems}</source>
        <translation>“{path}”不能使用：
{problems}</translation>
    </message>
    <message>
        <source>Correct these lines and try again; docs/training-your-own.md shows the format.</source>
        <translation>请改正这些行后重试；docs/training-your-own.md 说明了格式。</translation>
    </message>
    <message>
        <source>“{path}” has too few pictures with {what}: {count}, and {least} are needed.</source>
        <translation>“{path}”中带有{what}的图片太少：有 {count} 张，至少需要 {least} 张。</translation>
    </message>
    <message>
        <source>Add more examples; a hundred are a good beginning.</source>
        <translation>请添加更多样例；一百个是不错的开始。</translation>
    </message>
    <message>
        <source>All {what} in “{path}” are the same.</source>
        <translation>“{path}”中所有的{what}都相同。</translation>
    </message>
    <message>
        <source>A model learns from differences: add examples that say something else.</source>
        <translation>模型从差别中学习：请添加内容不同的样例。</translation>
    </message>
    <message>
        <source>Training needs the Python package {package} ({what}).</source>
        <translation>训练需要 Python 软件包 {package}（{what}）。</translation>
    </message>
    <message>
        <source>“{path}” is {kind}, and “mmdesk train {command}” needs {wanted}.</source>
        <translation>“{path}”是{kind}，而“mmdesk train {command}”需要{wanted}。</translation>
    </message>
    <message>
        <source>Name another one with --model; “mmdesk models” lists those that there are.</source>
        <translation>请用 --model 指定另一个模型；“mmdesk models”会列出现有的模型。</translation>
    </message>
    <message>
        <source>The result can&apos;t be written to “{path}”: {reason}.</source>
        <translation>结果不能写入“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Name another folder with --out; nothing is overwritten.</source>
        <translation>请用 --out 指定另一个文件夹；已有的内容不会被覆盖。</translation>
    </message>
    <message>
        <source>Training can&apos;t be saved in “{path}”: {reason}.</source>
        <translation>训练不能保存到“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Free some space or check the permissions, then give the same command: it goes on from the last time it was saved.</source>
        <translation>请腾出一些空间或检查权限，然后再次输入同一命令：它会从上次保存的地方继续。</translation>
    </message>
    <message>
        <source>In “{path}” is a stopped training with another {what}, so it can&apos;t go on.</source>
        <translation>“{path}”中有一个停下的训练，它的{what}不同，因此不能继续。</translation>
    </message>
    <message>
        <source>Give the command as it was, remove that folder to begin anew, or name another one with --work.</source>
        <translation>请按原来的样子输入命令；或删除该文件夹以重新开始，或用 --work 指定另一个文件夹。</translation>
    </message>
    <message>
        <source>The stopped training in “{path}” can&apos;t be read: {reason}.</source>
        <translation>“{path}”中停下的训练无法读取：{reason}。</translation>
    </message>
    <message>
        <source>Remove that folder to begin anew.</source>
        <translation>请删除该文件夹以重新开始。</translation>
    </message>
    <message>
        <source>Another training is at work in “{path}”.</source>
        <translation>另一个训练正在“{path}”中进行。</translation>
    </message>
    <message>
        <source>Wait until it is done, or name other folders for this.</source>
        <translation>请等它完成，或为这次训练指定其他文件夹。</translation>
    </message>
    <message>
        <source>Training went astray at step {step}: the loss is no number any more.</source>
        <translation>训练在第 {step} 步失控：损失不再是数值。</translation>
    </message>
    <message>
        <source>Try a smaller --rate than {rate}.</source>
        <translation>请尝试比 {rate} 更小的 --rate。</translation>
    </message>
    <message>
        <source>Training needs more memory than {device} has.</source>
        <translation>训练需要的内存超过了{device}所有的。</translation>
    </message>
    <message>
        <source>Try a smaller --batch than {batch}, --lora, or a smaller model.</source>
        <translation>请尝试比 {batch} 更小的 --batch、--lora，或更小的模型。</translation>
    </message>
    <message>
        <source>The settings in “{path}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{path}”中的设置：{reason}。</translation>
    </message>
    <message>
        <source>The defaults are used. Check the file&apos;s permissions.</source>
        <translation>已改用默认设置。请检查该文件的权限。</translation>
    </message>
    <message>
        <source>The settings can&apos;t be saved: {reason}.</source>
        <translation>无法保存设置：{reason}。</translation>
    </message>
    <message>
        <source>They hold until mmdesk is closed. Free some space or check the permissions of “{path}”.</source>
        <translation>这些设置在关闭 mmdesk 之前有效。请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
    <message>
        <source>The folder “{path}” can&apos;t be used: {reason}.</source>
        <translation>无法使用文件夹“{path}”：{reason}。</translation>
    </message>
    <message>
        <source>Make it writable, or name another place in the variable MMDESK_HOME.</source>
        <translation>请让它可写，或在环境变量 MMDESK_HOME 中另指定一个位置。</translation>
    </message>
    <message>
        <source>“mmdesk doctor” says what is missing; install mmdesk again.</source>
        <translation>“mmdesk doctor”会说明缺少什么；请重新安装 mmdesk。</translation>
    </message>
    <message>
        <source>The settings in “{path}” can&apos;t be used: {reason}.</source>
        <translation>无法使用“{path}”中的设置：{reason}。</translation>
    </message>
    <message>
        <source>The defaults are used; the file was set aside with the ending .broken.</source>
        <translation>已改用默认设置；原文件已另存，后缀为 .broken。</translation>
    </message>
    <message>
        <source>Parts of mmdesk are missing or damaged: {what}.</source>
        <translation>mmdesk 的部分文件缺失或损坏：{what}。</translation>
    </message>
    <message>
        <source>mmdesk can&apos;t be sealed here: {reason}.</source>
        <translation>mmdesk 在这里无法密封：{reason}。</translation>
    </message>
    <message>
        <source>Without --sealed it starts as usual: it opens no connection unless you ask for one, but nothing guarantees that. Some systems allow user namespaces to an administrator only.</source>
        <translation>不加 --sealed 则照常启动：除非您要求，它不会打开连接，但没有任何保证。有些系统只允许管理员使用用户命名空间。</translation>
    </message>
    <message>
        <source>Another window of mmdesk is open.</source>
        <translation>mmdesk 的另一个窗口已打开。</translation>
    </message>
    <message>
        <source>Close it first: it may not be sealed.</source>
        <translation>请先关闭它：它可能没有密封。</translation>
    </message>
    <message>
        <source>There is no display to open a window on.</source>
        <translation>没有可以打开窗口的显示器。</translation>
    </message>
    <message>
        <source>Ask from the command line: mmdesk ask &quot;What is this?&quot; -a picture.png</source>
        <translation>请在命令行提问：mmdesk ask &quot;这是什么？&quot; -a picture.png</translation>
    </message>
    <message>
        <source>Measuring {what} needs the Python package {package}.</source>
        <translation>测量 {what} 需要 Python 软件包 {package}。</translation>
    </message>
    <message>
        <source>Install it beside mmdesk: pip install &apos;mmdesk[train]&apos;.</source>
        <translation>请与 mmdesk 装在一起：pip install &apos;mmdesk[train]&apos;。</translation>
    </message>
    <message>
        <source>“{path}” is {kind}, which can&apos;t be measured with a folder of {holds}.</source>
        <translation>“{path}” 是 {kind}，无法用含有 {holds} 的文件夹来测量。</translation>
    </message>
    <message>
        <source>Name {wanted} with --model; “mmdesk models” lists them.</source>
        <translation>请用 --model 指定 {wanted}；“mmdesk models” 会列出它们。</translation>
    </message>
    <message>
        <source>No probability of yes or no is known here, which is what --plot shows.</source>
        <translation>这里没有“是”或“否”的概率，而 --plot 画的正是它。</translation>
    </message>
    <message>
        <source>Leave --plot out, or add questions whose answer is yes or no.</source>
        <translation>请去掉 --plot，或加入答案为“是”或“否”的问题。</translation>
    </message>
</context>
<context>
    <name>evidence</name>
    <message>
        <source>Comparing the picture with {count} texts…</source>
        <translation>正在将图片与 {count} 条文字比较…</translation>
    </message>
    <message>
        <source>Check with CLIP</source>
        <translation>用 CLIP 核对</translation>
    </message>
    <message>
        <source>What the picture shows, such as “a red circle”</source>
        <translation>图片显示的内容，例如“一个红色圆形”</translation>
    </message>
    <message>
        <source>Claim to be checked</source>
        <translation>要核对的说法</translation>
    </message>
    <message>
        <source>Compare with… (optional, by commas)</source>
        <translation>与之比较…（可选，用逗号分隔）</translation>
    </message>
    <message>
        <source>Your own labels: cat, dog, bird</source>
        <translation>您自己的标签：猫，狗，鸟</translation>
    </message>
    <message>
        <source>Texts to compare it with</source>
        <translation>与之比较的文字</translation>
    </message>
    <message>
        <source>“{text}” is longer than the model reads: its end was left out.</source>
        <translation>“{text}”超出模型能读的长度：末尾已省略。</translation>
    </message>
    <message>
        <source>Each probability is a text&apos;s own: they need not add up to 1.</source>
        <translation>每个概率只属于那一条文字，总和不一定是 1。</translation>
    </message>
    <message>
        <source>A second model&apos;s opinion, not proof.</source>
        <translation>这是另一个模型的看法，不是证明。</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>已复制。</translation>
    </message>
    <message>
        <source>Saved as {name}.</source>
        <translation>已保存为 {name}。</translation>
    </message>
    <message>
        <source>Covering parts of the picture…</source>
        <translation>正在逐块遮挡图片…</translation>
    </message>
    <message>
        <source>Covering part {done} of {total}…</source>
        <translation>正在遮挡第 {done} 块，共 {total} 块…</translation>
    </message>
    <message>
        <source>Covering no part of the picture makes this answer less probable.</source>
        <translation>无论遮挡图片的哪一块，这个回答的概率都不会降低。</translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation>复制为 JSON</translation>
    </message>
    <message>
        <source>Save picture…</source>
        <translation>保存图片…</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>为什么？</translation>
    </message>
    <message>
        <source>Back to the picture</source>
        <translation>返回图片</translation>
    </message>
    <message>
        <source>Find which parts of the picture this rests on</source>
        <translation>找出回答依据图片的哪些部分</translation>
    </message>
    <message>
        <source>The stronger the colour, the more covering this lowers the answer&apos;s probability.</source>
        <translation>颜色越深，遮挡此处使回答的概率降低得越多。</translation>
    </message>
    <message>
        <source>Picture {name}</source>
        <translation>图片 {name}</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Model saw</source>
        <translation>模型看到</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>{share} % of the picture is cut off</source>
        <translation>图片有 {share} % 被裁掉</translation>
    </message>
    <message>
        <source>text under {height} px high is unreadable at this size</source>
        <translation>此尺寸下，低于 {height} 像素的文字无法辨认</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{count} tiles of {size}</source>
        <translation>{count} 块，每块 {size}</translation>
    </message>
    <message>
        <source>{count} tiles, the largest {size}</source>
        <translation>{count} 块，最大 {size}</translation>
    </message>
    <message>
        <source>One place in the answer can&apos;t be read; it isn&apos;t drawn.</source>
        <translation>回答中有一处位置无法解读，没有画出。</translation>
    </message>
    <message>
        <source>{count} places in the answer can&apos;t be read; none of them is drawn.</source>
        <translation>回答中有 {count} 处位置无法解读，都没有画出。</translation>
    </message>
    <message>
        <source>The answer names places, but not on which of the pictures they are.</source>
        <translation>回答提到了位置，但没有说明在哪张图片上。</translation>
    </message>
    <message>
        <source>The answer points at nothing in the picture.</source>
        <translation>回答没有指向图片中的任何位置。</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1 个 token</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个 token</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>依据</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>模型看到的</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>核对</translation>
    </message>
    <message>
        <source>Ask about a picture: what the answer rests on is shown here.</source>
        <translation>问一个关于图片的问题：这里会显示回答的依据。</translation>
    </message>
    <message>
        <source>Picture {number} of {count}</source>
        <translation>第 {number} 张图片，共 {count} 张</translation>
    </message>
    <message>
        <source>Previous picture</source>
        <translation>上一张图片</translation>
    </message>
    <message>
        <source>Next picture</source>
        <translation>下一张图片</translation>
    </message>
    <message>
        <source>Save the picture with its boxes</source>
        <translation>保存带标框的图片</translation>
    </message>
    <message>
        <source>Making visible what the model gets…</source>
        <translation>正在还原模型得到的画面…</translation>
    </message>
    <message>
        <source>A server answered: what its model saw of the picture isn&apos;t known.</source>
        <translation>这是服务器的回答：其模型看到了图片的什么，无从得知。</translation>
    </message>
    <message>
        <source>How this model lays out its pixels isn&apos;t known: there is no view.</source>
        <translation>不知道这个模型如何排列像素，因此无法显示画面。</translation>
    </message>
    <message>
        <source>Lost: {what}</source>
        <translation>损失：{what}</translation>
    </message>
    <message>
        <source>Ask about a region…</source>
        <translation>询问某个区域…</translation>
    </message>
    <message>
        <source>Mark a part: the model gets it at full size</source>
        <translation>标记一部分：模型会得到它的原始大小</translation>
    </message>
    <message>
        <source>Made back from the numbers that entered the model, not drawn anew.</source>
        <translation>由输入模型的数值还原而成，并非重新绘制。</translation>
    </message>
    <message>
        <source>The whole picture, {size}</source>
        <translation>整张图片，{size}</translation>
    </message>
    <message>
        <source>Computing how probable each word was…</source>
        <translation>正在计算每个词的概率…</translation>
    </message>
    <message>
        <source>The model was at least {share} % sure of every word.</source>
        <translation>模型对每个词都至少有 {share} % 的把握。</translation>
    </message>
    <message>
        <source>How sure?</source>
        <translation>有多确定？</translation>
    </message>
    <message>
        <source>Show how probable each word was</source>
        <translation>显示每个词的概率</translation>
    </message>
    <message>
        <source>Between these answers</source>
        <translation>在这些回答之间</translation>
    </message>
    <message>
        <source>Stronger tint: less probable</source>
        <translation>颜色越深，概率越低</translation>
    </message>
    <message>
        <source>Least sure words</source>
        <translation>最不确定的词</translation>
    </message>
    <message>
        <source>Confidence of wording, not truth.</source>
        <translation>这是对措辞的把握，不代表真实。</translation>
    </message>
    <message>
        <source>Might have been: {words}</source>
        <translation>也可能是：{words}</translation>
    </message>
    <message>
        <source>(nothing)</source>
        <translation>（无）</translation>
    </message>
</context>
<context>
    <name>kinds</name>
    <message>
        <source>a camera&apos;s raw file</source>
        <translation>相机 RAW 文件</translation>
    </message>
    <message>
        <source>a layered picture</source>
        <translation>分层图像</translation>
    </message>
    <message>
        <source>a video</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>a sound file of a rare kind</source>
        <translation>不常见类型的声音文件</translation>
    </message>
    <message>
        <source>a document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>an archive</source>
        <translation>压缩包</translation>
    </message>
</context>
<context>
    <name>languages</name>
    <message>
        <source>English</source>
        <translation>英语</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>German</source>
        <translation>德语</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>西班牙语</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>俄语</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>韩语</translation>
    </message>
    <message>
        <source>French</source>
        <translation>法语</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>日语</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>葡萄牙语</translation>
    </message>
    <message>
        <source>Turkish</source>
        <translation>土耳其语</translation>
    </message>
    <message>
        <source>Polish</source>
        <translation>波兰语</translation>
    </message>
    <message>
        <source>Catalan</source>
        <translation>加泰罗尼亚语</translation>
    </message>
    <message>
        <source>Dutch</source>
        <translation>荷兰语</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>阿拉伯语</translation>
    </message>
    <message>
        <source>Swedish</source>
        <translation>瑞典语</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>意大利语</translation>
    </message>
    <message>
        <source>Indonesian</source>
        <translation>印度尼西亚语</translation>
    </message>
    <message>
        <source>Hindi</source>
        <translation>印地语</translation>
    </message>
    <message>
        <source>Finnish</source>
        <translation>芬兰语</translation>
    </message>
    <message>
        <source>Vietnamese</source>
        <translation>越南语</translation>
    </message>
    <message>
        <source>Hebrew</source>
        <translation>希伯来语</translation>
    </message>
    <message>
        <source>Ukrainian</source>
        <translation>乌克兰语</translation>
    </message>
    <message>
        <source>Greek</source>
        <translation>希腊语</translation>
    </message>
    <message>
        <source>Malay</source>
        <translation>马来语</translation>
    </message>
    <message>
        <source>Czech</source>
        <translation>捷克语</translation>
    </message>
    <message>
        <source>Romanian</source>
        <translation>罗马尼亚语</translation>
    </message>
    <message>
        <source>Danish</source>
        <translation>丹麦语</translation>
    </message>
    <message>
        <source>Hungarian</source>
        <translation>匈牙利语</translation>
    </message>
    <message>
        <source>Tamil</source>
        <translation>泰米尔语</translation>
    </message>
    <message>
        <source>Norwegian</source>
        <translation>挪威语</translation>
    </message>
    <message>
        <source>Thai</source>
        <translation>泰语</translation>
    </message>
    <message>
        <source>Urdu</source>
        <translation>乌尔都语</translation>
    </message>
    <message>
        <source>Croatian</source>
        <translation>克罗地亚语</translation>
    </message>
    <message>
        <source>Bulgarian</source>
        <translation>保加利亚语</translation>
    </message>
    <message>
        <source>Lithuanian</source>
        <translation>立陶宛语</translation>
    </message>
    <message>
        <source>Latin</source>
        <translation>拉丁语</translation>
    </message>
    <message>
        <source>Maori</source>
        <translation>毛利语</translation>
    </message>
    <message>
        <source>Malayalam</source>
        <translation>马拉雅拉姆语</translation>
    </message>
    <message>
        <source>Welsh</source>
        <translation>威尔士语</translation>
    </message>
    <message>
        <source>Slovak</source>
        <translation>斯洛伐克语</translation>
    </message>
    <message>
        <source>Telugu</source>
        <translation>泰卢固语</translation>
    </message>
    <message>
        <source>Persian</source>
        <translation>波斯语</translation>
    </message>
    <message>
        <source>Latvian</source>
        <translation>拉脱维亚语</translation>
    </message>
    <message>
        <source>Bengali</source>
        <translation>孟加拉语</translation>
    </message>
    <message>
        <source>Serbian</source>
        <translation>塞尔维亚语</translation>
    </message>
    <message>
        <source>Azerbaijani</source>
        <translation>阿塞拜疆语</translation>
    </message>
    <message>
        <source>Slovenian</source>
        <translation>斯洛文尼亚语</translation>
    </message>
    <message>
        <source>Kannada</source>
        <translation>卡纳达语</translation>
    </message>
    <message>
        <source>Estonian</source>
        <translation>爱沙尼亚语</translation>
    </message>
    <message>
        <source>Macedonian</source>
        <translation>马其顿语</translation>
    </message>
    <message>
        <source>Breton</source>
        <translation>布列塔尼语</translation>
    </message>
    <message>
        <source>Basque</source>
        <translation>巴斯克语</translation>
    </message>
    <message>
        <source>Icelandic</source>
        <translation>冰岛语</translation>
    </message>
    <message>
        <source>Armenian</source>
        <translation>亚美尼亚语</translation>
    </message>
    <message>
        <source>Nepali</source>
        <translation>尼泊尔语</translation>
    </message>
    <message>
        <source>Mongolian</source>
        <translation>蒙古语</translation>
    </message>
    <message>
        <source>Bosnian</source>
        <translation>波斯尼亚语</translation>
    </message>
    <message>
        <source>Kazakh</source>
        <translation>哈萨克语</translation>
    </message>
    <message>
        <source>Albanian</source>
        <translation>阿尔巴尼亚语</translation>
    </message>
    <message>
        <source>Swahili</source>
        <translation>斯瓦希里语</translation>
    </message>
    <message>
        <source>Galician</source>
        <translation>加利西亚语</translation>
    </message>
    <message>
        <source>Marathi</source>
        <translation>马拉地语</translation>
    </message>
    <message>
        <source>Punjabi</source>
        <translation>旁遮普语</translation>
    </message>
    <message>
        <source>Sinhala</source>
        <translation>僧伽罗语</translation>
    </message>
    <message>
        <source>Khmer</source>
        <translation>高棉语</translation>
    </message>
    <message>
        <source>Shona</source>
        <translation>绍纳语</translation>
    </message>
    <message>
        <source>Yoruba</source>
        <translation>约鲁巴语</translation>
    </message>
    <message>
        <source>Somali</source>
        <translation>索马里语</translation>
    </message>
    <message>
        <source>Afrikaans</source>
        <translation>南非荷兰语</translation>
    </message>
    <message>
        <source>Occitan</source>
        <translation>奥克语</translation>
    </message>
    <message>
        <source>Georgian</source>
        <translation>格鲁吉亚语</translation>
    </message>
    <message>
        <source>Belarusian</source>
        <translation>白俄罗斯语</translation>
    </message>
    <message>
        <source>Tajik</source>
        <translation>塔吉克语</translation>
    </message>
    <message>
        <source>Sindhi</source>
        <translation>信德语</translation>
    </message>
    <message>
        <source>Gujarati</source>
        <translation>古吉拉特语</translation>
    </message>
    <message>
        <source>Amharic</source>
        <translation>阿姆哈拉语</translation>
    </message>
    <message>
        <source>Yiddish</source>
        <translation>意第绪语</translation>
    </message>
    <message>
        <source>Lao</source>
        <translation>老挝语</translation>
    </message>
    <message>
        <source>Uzbek</source>
        <translation>乌兹别克语</translation>
    </message>
    <message>
        <source>Faroese</source>
        <translation>法罗语</translation>
    </message>
    <message>
        <source>Haitian Creole</source>
        <translation>海地克里奥尔语</translation>
    </message>
    <message>
        <source>Pashto</source>
        <translation>普什图语</translation>
    </message>
    <message>
        <source>Turkmen</source>
        <translation>土库曼语</translation>
    </message>
    <message>
        <source>Nynorsk</source>
        <translation>新挪威语</translation>
    </message>
    <message>
        <source>Maltese</source>
        <translation>马耳他语</translation>
    </message>
    <message>
        <source>Sanskrit</source>
        <translation>梵语</translation>
    </message>
    <message>
        <source>Luxembourgish</source>
        <translation>卢森堡语</translation>
    </message>
    <message>
        <source>Myanmar</source>
        <translation>缅甸语</translation>
    </message>
    <message>
        <source>Tibetan</source>
        <translation>藏语</translation>
    </message>
    <message>
        <source>Tagalog</source>
        <translation>他加禄语</translation>
    </message>
    <message>
        <source>Malagasy</source>
        <translation>马达加斯加语</translation>
    </message>
    <message>
        <source>Assamese</source>
        <translation>阿萨姆语</translation>
    </message>
    <message>
        <source>Tatar</source>
        <translation>鞑靼语</translation>
    </message>
    <message>
        <source>Hawaiian</source>
        <translation>夏威夷语</translation>
    </message>
    <message>
        <source>Lingala</source>
        <translation>林加拉语</translation>
    </message>
    <message>
        <source>Hausa</source>
        <translation>豪萨语</translation>
    </message>
    <message>
        <source>Bashkir</source>
        <translation>巴什基尔语</translation>
    </message>
    <message>
        <source>Javanese</source>
        <translation>爪哇语</translation>
    </message>
    <message>
        <source>Sundanese</source>
        <translation>巽他语</translation>
    </message>
    <message>
        <source>Cantonese</source>
        <translation>粤语</translation>
    </message>
</context>
<context>
    <name>links</name>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Where the link leads</source>
        <translation>链接的去向</translation>
    </message>
    <message>
        <source>Sealed: a browser outside could be asked to open links, so they can only be copied.</source>
        <translation>已密封：外面的浏览器可能会被要求打开链接，所以链接只能复制。</translation>
    </message>
    <message>
        <source>Only web and mail addresses are opened from here, and this is no complete one: it can be copied.</source>
        <translation>这里只打开网页和邮件地址，而这不是一个完整的地址：可以复制它。</translation>
    </message>
    <message>
        <source>Write to this address in the mail program?</source>
        <translation>用邮件程序给这个地址写信吗？</translation>
    </message>
    <message>
        <source>Open this address in the browser?</source>
        <translation>在浏览器中打开这个地址吗？</translation>
    </message>
    <message>
        <source>“{user}” before the @ is a user&apos;s name: what opens is {host}.</source>
        <translation>@ 前面的“{user}”是用户名：实际打开的是 {host}。</translation>
    </message>
    <message>
        <source>The host&apos;s name mixes letters of different scripts: {scripts}.</source>
        <translation>主机名混用了不同文字的字母：{scripts}。</translation>
    </message>
    <message>
        <source>The host&apos;s name has letters that look like Latin ones: {scripts}.</source>
        <translation>主机名中有看起来像拉丁字母的字母：{scripts}。</translation>
    </message>
    <message>
        <source>The address has characters in it that can&apos;t be seen.</source>
        <translation>这个地址里有看不见的字符。</translation>
    </message>
    <message>
        <source>The mail program would be asked to attach a file of this computer.</source>
        <translation>邮件程序会被要求附上这台电脑里的一个文件。</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>放得下</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>勉强</translation>
    </message>
    <message>
        <source>Does not fit</source>
        <translation>放不下</translation>
    </message>
    <message>
        <source>Weights ({dtype})</source>
        <translation>权重（{dtype}）</translation>
    </message>
    <message>
        <source>KV cache ({context} tokens)</source>
        <translation>KV 缓存（{context} 个 token）</translation>
    </message>
    <message>
        <source>Working memory</source>
        <translation>工作内存</translation>
    </message>
    <message>
        <source>Together</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Available on {device}</source>
        <translation>{device} 可用</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{languages} and many more languages</source>
        <translation>{languages}及更多语言</translation>
    </message>
    <message>
        <source>{languages} and {count} more languages</source>
        <translation>{languages}及另外 {count} 种语言</translation>
    </message>
    <message>
        <source>many languages</source>
        <translation>多种语言</translation>
    </message>
</context>
<context>
    <name>notes</name>
    <message>
        <source>Its colour profile can&apos;t be used; colours may look slightly different.</source>
        <translation>无法使用它的颜色配置文件；颜色可能略有差异。</translation>
    </message>
    <message>
        <source>Its {bits}-bit values were scaled to fit the screen.</source>
        <translation>它的 {bits} 位数值已缩放以适合显示。</translation>
    </message>
    <message>
        <source>Only the first of its {count} frames is used.</source>
        <translation>共 {count} 帧，只使用第一帧。</translation>
    </message>
    <message>
        <source>Only the first of its {count} pages is used.</source>
        <translation>共 {count} 页，只使用第一页。</translation>
    </message>
    <message>
        <source>Reduced from {width} × {height} to {new_width} × {new_height} pixels.</source>
        <translation>已从 {width} × {height} 缩小到 {new_width} × {new_height} 像素。</translation>
    </message>
    <message>
        <source>There was too little memory for the picture(s) at full size: the model saw them with at most {pixels} pixels on the longer side.</source>
        <translation>内存不足以处理原尺寸的图片：模型看到的图片长边最多 {pixels} 像素。</translation>
    </message>
    <message>
        <source>There was too little memory for the whole conversation: its {count} oldest message(s) were left out.</source>
        <translation>内存不足以容纳整个对话：略去了最早的 {count} 条消息。</translation>
    </message>
    <message>
        <source>This model takes one question about a picture at a time: {count} earlier message(s) were left out.</source>
        <translation>此模型一次只接受一个关于图片的问题：略去了之前的 {count} 条消息。</translation>
    </message>
    <message>
        <source>This model takes no instructions: the system prompt was not read.</source>
        <translation>此模型不接受指令：系统提示词未被读取。</translation>
    </message>
    <message>
        <source>This model only writes captions: the question itself was not read.</source>
        <translation>此模型只写图片说明：没有读取问题本身。</translation>
    </message>
    <message>
        <source>The model was asked: “{prompt}”.</source>
        <translation>向模型提出的是：“{prompt}”。</translation>
    </message>
    <message>
        <source>The server does not take “{name}”: it chose its own.</source>
        <translation>服务器不接受“{name}”，使用了它自己的值。</translation>
    </message>
    <message>
        <source>The server&apos;s filter ended the answer.</source>
        <translation>服务器的过滤器终止了回答。</translation>
    </message>
    <message>
        <source>Pictures or recordings that are no longer there, and left out: {count}.</source>
        <translation>已不存在而未包含的图片或录音：{count}。</translation>
    </message>
    <message>
        <source>Pictures at web addresses, which are not fetched: {count}.</source>
        <translation>位于网址、未获取的图片：{count}。</translation>
    </message>
    <message>
        <source>Pieces that are neither text nor pictures, and left out: {count}.</source>
        <translation>既非文本也非图片而未包含的内容：{count}。</translation>
    </message>
    <message>
        <source>The model&apos;s files are other ones now.</source>
        <translation>模型文件已经不同。</translation>
    </message>
    <message>
        <source>It was computed in {before}, now in {now}.</source>
        <translation>原来以 {before} 计算，现在以 {now} 计算。</translation>
    </message>
    <message>
        <source>It was computed on {before}, now on {now}.</source>
        <translation>原来在 {before} 上计算，现在在 {now} 上计算。</translation>
    </message>
    <message>
        <source>It was computed by {before} threads, now by {now}.</source>
        <translation>原来用 {before} 个线程计算，现在用 {now} 个。</translation>
    </message>
    <message>
        <source>{name} was {before}, now it is {now}.</source>
        <translation>{name} 原来是 {before}，现在是 {now}。</translation>
    </message>
    <message>
        <source>{name} {now} is there now.</source>
        <translation>现在有 {name} {now}。</translation>
    </message>
    <message>
        <source>{name} {before} is no longer there.</source>
        <translation>{name} {before} 已不存在。</translation>
    </message>
    <message>
        <source>In {dtype}, what the model had read before can change a token that was a close call.</source>
        <translation>在 {dtype} 下，模型先前读过的内容可能改变难分高下的 token。</translation>
    </message>
    <message>
        <source>It is about how many there are: models that compare pictures with texts count badly.</source>
        <translation>这涉及数量：比较图片和文字的模型不善于计数。</translation>
    </message>
    <message>
        <source>It says what is not so: to models that compare pictures with texts, “no dog” is much the same as “dog”.</source>
        <translation>这是否定的说法：对比较图片和文字的模型来说，“没有狗”和“狗”几乎一样。</translation>
    </message>
    <message>
        <source>It is about writing in the picture: models that compare pictures with texts hardly read, small letters least of all.</source>
        <translation>这涉及图片中的文字：比较图片和文字的模型几乎不识字，小字更是如此。</translation>
    </message>
    <message>
        <source>It is about where one thing is beside another: models that compare pictures with texts hardly tell “left of” from “right of”.</source>
        <translation>这涉及物体之间的位置关系：比较图片和文字的模型几乎分不清“在左边”和“在右边”。</translation>
    </message>
    <message>
        <source>It is about where something is: most models that compare pictures with texts can&apos;t tell left from right, or top from bottom.</source>
        <translation>这涉及物体的位置：大多数比较图片和文字的模型分不清左右或上下。</translation>
    </message>
</context>
<context>
    <name>pickers</name>
    <message>
        <source>Add pictures or sound</source>
        <translation>添加图片或声音</translation>
    </message>
    <message>
        <source>Pictures and sound</source>
        <translation>图片和声音</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation>选择模型文件夹</translation>
    </message>
    <message>
        <source>Choose a Whisper file</source>
        <translation>选择 Whisper 文件</translation>
    </message>
    <message>
        <source>Import conversations</source>
        <translation>导入对话</translation>
    </message>
    <message>
        <source>Import all conversations of a folder</source>
        <translation>导入文件夹中的全部对话</translation>
    </message>
    <message>
        <source>Export into a folder</source>
        <translation>导出到文件夹</translation>
    </message>
</context>
<context>
    <name>shortcuts</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Find in this conversation</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>Search all conversations</source>
        <translation>搜索全部对话</translation>
    </message>
    <message>
        <source>Go to the question</source>
        <translation>转到问题输入框</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Talk while held (pressed briefly: start and stop)</source>
        <translation>按住说话（短按：开始和停止）</translation>
    </message>
    <message>
        <source>Listen hands-free, or stop listening</source>
        <translation>免手持聆听，或停止聆听</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation>复制最新回答</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>显示或隐藏侧边栏</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>发送问题</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Stop listening, stop the answer, cancel an edit, close a page</source>
        <translation>停止聆听，停止回答，取消编辑，关闭页面</translation>
    </message>
    <message>
        <source>Edit the last question (in an empty question)</source>
        <translation>修改上一个问题（输入框为空时）</translation>
    </message>
    <message>
        <source>Paste text, a picture or files</source>
        <translation>粘贴文字、图片或文件</translation>
    </message>
</context>
</TS>
