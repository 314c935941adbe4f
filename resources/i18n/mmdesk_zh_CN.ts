<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutPage</name>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="129"/>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="130"/>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="131"/>
        <source>The offline photo assistant: your pictures stay on this computer.</source>
        <translation>离线图片助手：您的图片不会离开这台电脑。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="132"/>
        <source>Free software under the Apache License 2.0, without any warranty.</source>
        <translation>自由软件，采用 Apache License 2.0 许可，不提供任何担保。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="134"/>
        <source>Third-party notices</source>
        <translation>第三方声明</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="144"/>
        <source>The notices are in THIRD_PARTY_NOTICES.md of the source code.</source>
        <translation>声明见源代码中的 THIRD_PARTY_NOTICES.md。</translation>
    </message>
</context>
<context>
    <name>AttachmentStrip</name>
    <message>
        <location filename="../../mmdesk/ui/attachment_strip.py" line="68"/>
        <source>Pictures of this question</source>
        <translation>这个问题的图片</translation>
    </message>
</context>
<context>
    <name>AttachmentTile</name>
    <message>
        <location filename="../../mmdesk/ui/attachment_strip.py" line="116"/>
        <source>{name}, being read</source>
        <translation>{name}，正在读取</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/attachment_strip.py" line="123"/>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <location filename="../../mmdesk/ui/chat_page.py" line="156"/>
        <source>Looking at picture {done} of {total}…</source>
        <translation>正在看第 {done} 张图片，共 {total} 张…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat_page.py" line="160"/>
        <source>Looking at the picture…</source>
        <translation>正在看图片…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat_page.py" line="161"/>
        <source>Reading the question…</source>
        <translation>正在读问题…</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <location filename="../../mmdesk/ui/composer.py" line="81"/>
        <source>An answer is being written: Esc stops it.</source>
        <translation>正在回答：按 Esc 停止。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/composer.py" line="190"/>
        <source>The question is sent as soon as its pictures are read.</source>
        <translation>图片读取完成后，问题会立即发送。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/composer.py" line="204"/>
        <source>Ask about a picture…</source>
        <translation>问问图片里的内容…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/composer.py" line="205"/>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/composer.py" line="208"/>
        <source>Stop the answer</source>
        <translation>停止回答</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <location filename="../../mmdesk/ui/drop_overlay.py" line="54"/>
        <source>And %n more.</source>
        <translation>
            <numerusform>另外还有 %n 个。</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/drop_overlay.py" line="84"/>
        <source>This can&apos;t be taken</source>
        <translation>无法接收</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/drop_overlay.py" line="86"/>
        <source>Drop the text into the question</source>
        <translation>松开，将文字放入问题</translation>
    </message>
    <message numerus="yes">
        <location filename="../../mmdesk/ui/drop_overlay.py" line="89"/>
        <source>Drop %n pictures</source>
        <translation>
            <numerusform>松开，添加 %n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/drop_overlay.py" line="90"/>
        <source>Drop the picture</source>
        <translation>松开，添加图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/drop_overlay.py" line="93"/>
        <source>PNG, JPEG, WebP, GIF, BMP or TIFF; it stays on this computer.</source>
        <translation>PNG、JPEG、WebP、GIF、BMP 或 TIFF；图片只留在这台电脑上。</translation>
    </message>
</context>
<context>
    <name>EditingBar</name>
    <message>
        <location filename="../../mmdesk/ui/editing_bar.py" line="30"/>
        <source>Editing the last question: sending replaces it.</source>
        <translation>正在修改上一个问题：发送后将替换它。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/editing_bar.py" line="31"/>
        <source>Cancel the edit</source>
        <translation>取消修改</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <location filename="../../mmdesk/ui/notices.py" line="34"/>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="136"/>
        <source>You are using the starter model: it knows drawn shapes, colours and counting, and needs no download. For photos, {link}.</source>
        <translation>当前使用的是入门模型：它认识绘制的图形、颜色和数量，无需下载。要识别照片，请{link}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="141"/>
        <source>You are using the starter model: it knows drawn shapes, colours and counting, and needs no download. For photos, {link}: this computer fits up to {billions} B parameters.</source>
        <translation>当前使用的是入门模型：它认识绘制的图形、颜色和数量，无需下载。要识别照片，请{link}：这台电脑最多可运行约 {billions} B 参数的模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="145"/>
        <source>choose a larger model</source>
        <translation>选择更大的模型</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="63"/>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="69"/>
        <source>Help and more</source>
        <translation>帮助及更多</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="70"/>
        <source>Starter model</source>
        <translation>入门模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="71"/>
        <source>Choose a model folder…</source>
        <translation>选择模型文件夹…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="72"/>
        <source>Model settings</source>
        <translation>模型设置</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="74"/>
        <source>Open log file</source>
        <translation>打开日志文件</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/header.py" line="75"/>
        <source>About mmdesk</source>
        <translation>关于 mmdesk</translation>
    </message>
</context>
<context>
    <name>KeyBindings</name>
    <message>
        <location filename="../../mmdesk/ui/key_bindings.py" line="77"/>
        <source>Keys for “{name}”</source>
        <translation>“{name}”的按键</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/key_bindings.py" line="78"/>
        <source>No keys for “{name}”</source>
        <translation>清除“{name}”的按键</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/key_bindings.py" line="79"/>
        <source>Use the usual keys again</source>
        <translation>恢复默认按键</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/key_bindings.py" line="105"/>
        <source>{keys} alone is needed for writing.</source>
        <translation>单独的 {keys} 要用于输入文字。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/key_bindings.py" line="110"/>
        <source>{keys} is already used for “{name}”.</source>
        <translation>{keys} 已用于“{name}”。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <location filename="../../mmdesk/ui/main_window.py" line="125"/>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/main_window.py" line="126"/>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/main_window.py" line="128"/>
        <source>Use the starter</source>
        <translation>使用入门模型</translation>
    </message>
</context>
<context>
    <name>ModelDisplay</name>
    <message>
        <location filename="../../mmdesk/ui/model_display.py" line="52"/>
        <source>Reading the question…</source>
        <translation>正在读问题…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/model_display.py" line="59"/>
        <source>Waiting for the model: {stage}</source>
        <translation>正在等待模型：{stage}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/model_display.py" line="64"/>
        <source>Starter</source>
        <translation>入门模型</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <location filename="../../mmdesk/ui/pages.py" line="70"/>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PictureViewer</name>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="86"/>
        <source>Picture viewer</source>
        <translation>图片查看器</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="88"/>
        <source>Previous picture</source>
        <translation>上一张图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="89"/>
        <source>Next picture</source>
        <translation>下一张图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="90"/>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="91"/>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="92"/>
        <source>Fit the window, or 100 %</source>
        <translation>适合窗口或 100 %</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/picture_viewer.py" line="93"/>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="84"/>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="85"/>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="85"/>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="85"/>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="85"/>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="95"/>
        <location filename="../../mmdesk/ui/settings_page.py" line="96"/>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="96"/>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="96"/>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="97"/>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="101"/>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="102"/>
        <source>Use the starter</source>
        <translation>使用入门模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="105"/>
        <source>The same every time</source>
        <translation>每次都相同</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="113"/>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="113"/>
        <source>Of the window; answers follow your question.</source>
        <translation>界面的语言；回答的语言与您的问题一致。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="114"/>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="114"/>
        <source>Light or dark.</source>
        <translation>浅色或深色。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="115"/>
        <source>Model folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="115"/>
        <source>A folder with config.json and .safetensors files.</source>
        <translation>包含 config.json 和 .safetensors 文件的文件夹。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="116"/>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="116"/>
        <source>Where the model runs; automatic takes the fastest.</source>
        <translation>模型在哪里运行；自动会选最快的。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="117"/>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="117"/>
        <source>Smaller numbers need less memory.</source>
        <translation>位数越少，占用内存越少。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="118"/>
        <source>Threads</source>
        <translation>线程</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="118"/>
        <source>CPU threads; automatic leaves one core free.</source>
        <translation>CPU 线程数；自动会留出一个核心。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="120"/>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="121"/>
        <source>0 gives the same answer every time; higher is more varied.</source>
        <translation>为 0 时每次回答都相同；越高越多样。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="123"/>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="123"/>
        <source>Only the likeliest words that add up to this share.</source>
        <translation>只从累计概率达到该比例的最可能的词中选取。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="124"/>
        <source>Longest answer</source>
        <translation>最长回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="124"/>
        <source>In tokens; a word is one or two.</source>
        <translation>以 token 计；一个词约为一到两个。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="125"/>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="125"/>
        <source>The same seed draws the same answer.</source>
        <translation>种子相同，回答就相同。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/settings_page.py" line="267"/>
        <source>The starter that ships with mmdesk</source>
        <translation>mmdesk 自带的入门模型</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <location filename="../../mmdesk/ui/sidebar.py" line="68"/>
        <source>Untitled</source>
        <translation>无标题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/sidebar.py" line="88"/>
        <source>Conversations</source>
        <translation>对话列表</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/sidebar.py" line="93"/>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/sidebar.py" line="95"/>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/sidebar.py" line="96"/>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
</context>
<context>
    <name>StarterNotice</name>
    <message>
        <location filename="../../mmdesk/ui/notices.py" line="142"/>
        <source>Starter model: knows drawn shapes, colours and counting. For photos, {link}.</source>
        <translation>入门模型：认识绘制的图形、颜色和数量。要识别照片，请{link}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/notices.py" line="143"/>
        <source>choose a larger model</source>
        <translation>选择更大的模型</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="63"/>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="64"/>
        <source>checking the model</source>
        <translation>正在检查模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="65"/>
        <source>loading the processor</source>
        <translation>正在加载处理器</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="66"/>
        <source>loading weights</source>
        <translation>正在加载权重</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="67"/>
        <source>warming up</source>
        <translation>正在预热</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="75"/>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="84"/>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="97"/>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="99"/>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="102"/>
        <source>Loading {percent} %</source>
        <translation>加载中 {percent} %</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="105"/>
        <source>Loading…</source>
        <translation>加载中…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="106"/>
        <source>No model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="111"/>
        <source>first word {seconds} s</source>
        <translation>首字 {seconds} 秒</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/status_line.py" line="116"/>
        <source>{rate} tokens/s</source>
        <translation>{rate} token/秒</translation>
    </message>
</context>
<context>
    <name>_DropArea</name>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="168"/>
        <source>Drop a picture here</source>
        <translation>把图片拖到这里</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="169"/>
        <source>or paste it with Ctrl+V, or {link}</source>
        <translation>或按 Ctrl+V 粘贴，或{link}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/first_start.py" line="169"/>
        <source>choose a file</source>
        <translation>选择文件</translation>
    </message>
</context>
<context>
    <name>chat</name>
    <message>
        <location filename="../../mmdesk/ui/chat/answer_view.py" line="42"/>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/answer_view.py" line="49"/>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/answer_view.py" line="52"/>
        <source>Regenerate</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/body.py" line="156"/>
        <source>Long text</source>
        <translation>长文本</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/bubble.py" line="35"/>
        <source>Your question</source>
        <translation>您的问题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/bubble.py" line="47"/>
        <source>Copy question</source>
        <translation>复制问题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/code.py" line="86"/>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/code.py" line="89"/>
        <source>Code, {language}</source>
        <translation>代码，{language}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/code.py" line="96"/>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/code.py" line="125"/>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/error_card.py" line="30"/>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/error_card.py" line="32"/>
        <source>Retry the answer</source>
        <translation>重试这个回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/pane.py" line="45"/>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/jump_button.py" line="39"/>
        <source>Jump to latest</source>
        <translation>跳到最新</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/inline_writer.py" line="90"/>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="19"/>
        <source>writing…</source>
        <translation>正在写…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="24"/>
        <location filename="../../mmdesk/ui/chat/thought.py" line="119"/>
        <source>thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="29"/>
        <source>waiting for the model</source>
        <translation>等待模型</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="45"/>
        <source>{count} tokens</source>
        <translation>{count} 个 token</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="50"/>
        <source>first word {seconds} s</source>
        <translation>首字 {seconds} 秒</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="55"/>
        <source>{rate} tokens/s</source>
        <translation>{rate} token/秒</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="61"/>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="63"/>
        <source>interrupted when mmdesk ended</source>
        <translation>mmdesk 退出时中断</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="65"/>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/status_line.py" line="67"/>
        <source>cut off at the longest answer</source>
        <translation>达到最长回答，已截断</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/thought.py" line="94"/>
        <source>Thought</source>
        <translation>思考过程</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/thought.py" line="121"/>
        <source>Thought for {seconds} s</source>
        <translation>思考了 {seconds} 秒</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/thought.py" line="125"/>
        <source>Thought for a while</source>
        <translation>思考了一会儿</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/thought.py" line="130"/>
        <source>{thought}, hide</source>
        <translation>{thought}，收起</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/chat/thought.py" line="132"/>
        <source>{thought}, show</source>
        <translation>{thought}，展开</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="49"/>
        <source>Something went wrong.</source>
        <translation>出了点问题。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="50"/>
        <source>Try again.</source>
        <translation>请再试一次。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="92"/>
        <source>mmdesk made a mistake: {what}</source>
        <translation>mmdesk 出现内部错误：{what}</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="93"/>
        <source>Nothing you wrote is lost. Help, Open log file shows the details.</source>
        <translation>您写的内容没有丢失。可在“帮助”中打开日志文件查看详情。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="105"/>
        <source>“{name}” is not there.</source>
        <translation>找不到“{name}”。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="106"/>
        <source>It may have been moved or renamed: choose it again.</source>
        <translation>它可能已被移动或改名：请重新选择。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="112"/>
        <source>“{name}” is not a regular file.</source>
        <translation>“{name}”不是普通文件。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="113"/>
        <source>Drop picture files themselves, not a folder or device.</source>
        <translation>请直接拖入图片文件，而不是文件夹或设备。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="119"/>
        <source>“{name}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{name}”：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="120"/>
        <source>Check the file&apos;s permissions, or copy it elsewhere.</source>
        <translation>请检查文件权限，或将它复制到别处。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="126"/>
        <source>“{name}” is empty.</source>
        <translation>“{name}”是空文件。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="127"/>
        <source>It may not have been saved completely: save it again.</source>
        <translation>它可能没有完整保存：请重新保存。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="133"/>
        <source>“{name}” is not a picture that mmdesk can read.</source>
        <translation>“{name}”不是 mmdesk 能读取的图片。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="134"/>
        <location filename="../../mmdesk/core/errors.py" line="211"/>
        <source>Use PNG, JPEG, WebP, GIF, BMP or TIFF.</source>
        <translation>请使用 PNG、JPEG、WebP、GIF、BMP 或 TIFF。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="140"/>
        <source>“{name}” is {kind_name}, which mmdesk can&apos;t read yet.</source>
        <translation>“{name}”的类型是 {kind_name}，mmdesk 暂时无法读取。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="141"/>
        <source>Save a page or frame of it as PNG or JPEG and drop that.</source>
        <translation>请将其中一页或一帧另存为 PNG 或 JPEG 再拖入。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="147"/>
        <source>“{name}” is damaged or incomplete.</source>
        <translation>“{name}”已损坏或不完整。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="148"/>
        <source>Copy or download it again.</source>
        <translation>请重新复制或下载。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="154"/>
        <source>“{name}” has {megapixels} megapixels; mmdesk reads up to {limit}.</source>
        <translation>“{name}”有 {megapixels} 百万像素；mmdesk 最多读取 {limit} 百万像素。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="157"/>
        <source>Make it smaller, or crop the part you ask about.</source>
        <translation>请缩小图片，或裁剪出要问的部分。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="163"/>
        <source>“{name}” needs too much memory to decode.</source>
        <translation>解码“{name}”需要的内存过多。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="164"/>
        <source>Make it smaller, or open it in another program and save it as PNG.</source>
        <translation>请缩小图片，或用其他程序打开后另存为 PNG。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="172"/>
        <source>“{name}” can&apos;t be prepared: {reason}.</source>
        <translation>无法准备“{name}”：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="173"/>
        <source>Free some space or check the permissions of “{path}”.</source>
        <translation>请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="179"/>
        <source>“{name}” could not be decoded within {seconds} seconds.</source>
        <translation>未能在 {seconds} 秒内解码“{name}”。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="182"/>
        <source>Open it in another program and save it as PNG.</source>
        <translation>请用其他程序打开并另存为 PNG。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="188"/>
        <source>{count} pictures are too many: one message takes up to {limit}.</source>
        <translation>{count} 张图片太多：一条消息最多 {limit} 张。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="191"/>
        <source>The first {limit} were kept; send the rest afterwards.</source>
        <translation>已保留前 {limit} 张；其余的请随后再发。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="201"/>
        <source>This is only a web address, and mmdesk never fetches from the network.</source>
        <translation>这只是一个网址，而 mmdesk 从不从网络获取内容。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="204"/>
        <source>Save the picture first, then drop the file.</source>
        <translation>请先保存图片，再拖入文件。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="210"/>
        <source>There is no picture in this.</source>
        <translation>这里面没有图片。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="221"/>
        <source>There is no question yet.</source>
        <translation>还没有问题。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="222"/>
        <source>Type one, or drop a picture first.</source>
        <translation>请先输入问题，或拖入一张图片。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="228"/>
        <source>The question has {size} characters; mmdesk takes up to {limit}.</source>
        <translation>问题有 {size} 个字符；mmdesk 最多接受 {limit} 个。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="231"/>
        <source>Shorten it, or ask about one part at a time.</source>
        <translation>请缩短问题，或分几次来问。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="248"/>
        <source>There is no model in “{path}”.</source>
        <translation>“{path}”中没有模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="249"/>
        <source>Choose a folder that holds config.json and .safetensors files.</source>
        <translation>请选择包含 config.json 和 .safetensors 文件的文件夹。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="257"/>
        <source>The model in “{path}” is incomplete: {missing}.</source>
        <translation>“{path}”中的模型不完整，缺少：{missing}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="258"/>
        <source>Download or copy the missing files again.</source>
        <translation>请重新下载或复制缺少的文件。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="264"/>
        <source>“{file}” of the model in “{path}” is damaged: {reason}.</source>
        <translation>“{path}”中模型的文件“{file}”已损坏：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="267"/>
        <source>Download or copy that file again.</source>
        <translation>请重新下载或复制该文件。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="273"/>
        <source>The model in “{path}” is of a kind that mmdesk doesn&apos;t know: {architecture}.</source>
        <translation>“{path}”中的模型属于 mmdesk 不认识的类型：{architecture}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="276"/>
        <location filename="../../mmdesk/core/errors.py" line="287"/>
        <source>Choose an image-text model such as LLaVA, Qwen-VL, Gemma 3 or SmolVLM.</source>
        <translation>请选择图文模型，例如 LLaVA、Qwen-VL、Gemma 3 或 SmolVLM。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="284"/>
        <source>The model in “{path}” ({architecture}) does not take pictures.</source>
        <translation>“{path}”中的模型（{architecture}）不支持图片。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="295"/>
        <source>The model in “{path}” wants to run code of its own; mmdesk never does that.</source>
        <translation>“{path}”中的模型要运行自带的代码；mmdesk 从不允许这样做。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="298"/>
        <source>Choose a version of it that transformers supports without remote code.</source>
        <translation>请选择 transformers 无需远程代码即可支持的版本。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="306"/>
        <source>The model in “{path}” needs the Python package {package}.</source>
        <translation>“{path}”中的模型需要 Python 软件包 {package}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="309"/>
        <source>Install it beside mmdesk, or choose another model.</source>
        <translation>请与 mmdesk 一起安装它，或选择其他模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="315"/>
        <source>This computer has no device “{device}” for models.</source>
        <translation>这台电脑没有可供模型使用的设备“{device}”。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="316"/>
        <source>Choose “auto” as the device in the settings.</source>
        <translation>请在设置中将设备选为“自动”。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="322"/>
        <source>The model in “{path}” does not fit into the memory of {device}.</source>
        <translation>{device} 的内存装不下“{path}”中的模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="325"/>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>请关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="335"/>
        <source>This conversation has {tokens} tokens, {picture_tokens} of them for {pictures} picture(s); the model takes {limit}.</source>
        <translation>这次对话有 {tokens} 个 token，其中 {pictures} 张图片占 {picture_tokens} 个；模型最多接受 {limit} 个。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="340"/>
        <source>Shorten the question, remove a picture, or start a new chat (Ctrl+N).</source>
        <translation>请缩短问题、移除一张图片，或开始新对话（Ctrl+N）。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="348"/>
        <source>No model is loaded.</source>
        <translation>没有加载模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="349"/>
        <source>Choose a model folder in the settings.</source>
        <translation>请在设置中选择模型文件夹。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="355"/>
        <source>The model&apos;s chat template takes {placed} of the {pictures} picture(s).</source>
        <translation>共 {pictures} 张图片，模型的对话模板只接受 {placed} 张。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="358"/>
        <source>Ask about fewer pictures in a new chat, or choose another model.</source>
        <translation>请在新对话中询问较少的图片，或选择其他模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="366"/>
        <source>There was not enough memory on {device} to answer.</source>
        <translation>{device} 的内存不足，无法回答。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="367"/>
        <source>Remove a picture, start a new chat, or choose a smaller model.</source>
        <translation>请移除一张图片、开始新对话，或选择更小的模型。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="375"/>
        <source>The model&apos;s process stopped: {reason}.</source>
        <translation>模型进程已停止：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="376"/>
        <source>It is being started again; what was written so far is kept. Retry.</source>
        <translation>正在重新启动；已写出的内容已保留。请重试。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="388"/>
        <source>The conversation can&apos;t be saved: {reason}.</source>
        <translation>无法保存对话：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="389"/>
        <source>Free some space or check the permissions of “{path}”, then retry.</source>
        <translation>请腾出一些空间或检查“{path}”的权限，然后重试。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="397"/>
        <source>The conversations in “{path}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{path}”中的对话：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="398"/>
        <source>mmdesk changes nothing there. Move the file aside to begin with an empty one.</source>
        <translation>mmdesk 不会改动那里的内容。将该文件移到别处即可从空白开始。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="406"/>
        <source>The conversations in “{path}” were written by a newer mmdesk ({version}).</source>
        <translation>“{path}”中的对话由更新版本的 mmdesk（{version}）写入。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="409"/>
        <source>Update mmdesk; this one knows up to version {known}.</source>
        <translation>请更新 mmdesk；当前版本最多支持到 {known}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="415"/>
        <source>Another mmdesk is using “{path}”.</source>
        <translation>另一个 mmdesk 正在使用“{path}”。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="416"/>
        <source>Use its window, or close it first.</source>
        <translation>请使用它的窗口，或先将它关闭。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="422"/>
        <source>That conversation is no longer there.</source>
        <translation>那个对话已不存在。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="423"/>
        <source>Choose another one from the list.</source>
        <translation>请从列表中选择其他对话。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="237"/>
        <source>The question is not text in UTF-8.</source>
        <translation>问题不是 UTF-8 文本。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="238"/>
        <source>Give pictures with -a, and the question as plain text.</source>
        <translation>请用 -a 附上图片，问题写成纯文本。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="438"/>
        <source>The settings in “{path}” can&apos;t be read: {reason}.</source>
        <translation>无法读取“{path}”中的设置：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="439"/>
        <source>The defaults are used. Check the file&apos;s permissions.</source>
        <translation>已改用默认设置。请检查该文件的权限。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="445"/>
        <source>The settings can&apos;t be saved: {reason}.</source>
        <translation>无法保存设置：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="446"/>
        <source>They hold until mmdesk is closed. Free some space or check the permissions of “{path}”.</source>
        <translation>这些设置在关闭 mmdesk 之前有效。请腾出一些空间，或检查“{path}”的权限。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="455"/>
        <source>The folder “{path}” can&apos;t be used: {reason}.</source>
        <translation>无法使用文件夹“{path}”：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="456"/>
        <source>Make it writable, or name another place in the variable MMDESK_HOME.</source>
        <translation>请让它可写，或在环境变量 MMDESK_HOME 中另指定一个位置。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="464"/>
        <source>Parts of mmdesk are not installed: {what}.</source>
        <translation>mmdesk 有部分内容没有安装：{what}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="465"/>
        <source>“mmdesk doctor” says what is missing; install mmdesk again.</source>
        <translation>“mmdesk doctor”会说明缺少什么；请重新安装 mmdesk。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="429"/>
        <source>The settings in “{path}” can&apos;t be used: {reason}.</source>
        <translation>无法使用“{path}”中的设置：{reason}。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="430"/>
        <source>The defaults are used; the file was set aside with the ending .broken.</source>
        <translation>已改用默认设置；原文件已另存，后缀为 .broken。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="473"/>
        <source>There is no display to open a window on.</source>
        <translation>没有可以打开窗口的显示器。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/core/errors.py" line="474"/>
        <source>Ask from the command line: mmdesk ask &quot;What is this?&quot; -a picture.png</source>
        <translation>请在命令行提问：mmdesk ask &quot;这是什么？&quot; -a picture.png</translation>
    </message>
</context>
<context>
    <name>kinds</name>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="38"/>
        <source>a camera&apos;s raw file</source>
        <translation>相机 RAW 文件</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="39"/>
        <source>a layered picture</source>
        <translation>分层图像</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="40"/>
        <source>a video</source>
        <translation>视频</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="41"/>
        <source>a sound file</source>
        <translation>音频</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="42"/>
        <source>a document</source>
        <translation>文档</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/dropped.py" line="43"/>
        <source>an archive</source>
        <translation>压缩包</translation>
    </message>
</context>
<context>
    <name>notes</name>
    <message>
        <location filename="../../mmdesk/media/colour.py" line="15"/>
        <source>Its colour profile can&apos;t be used; colours may look slightly different.</source>
        <translation>无法使用它的颜色配置文件；颜色可能略有差异。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/media/colour.py" line="18"/>
        <source>Its {bits}-bit values were scaled to fit the screen.</source>
        <translation>它的 {bits} 位数值已缩放以适合显示。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/media/decode.py" line="31"/>
        <source>Only the first of its {count} frames is used.</source>
        <translation>共 {count} 帧，只使用第一帧。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/media/decode.py" line="32"/>
        <source>Only the first of its {count} pages is used.</source>
        <translation>共 {count} 页，只使用第一页。</translation>
    </message>
    <message>
        <location filename="../../mmdesk/media/decode.py" line="33"/>
        <source>Reduced from {width} × {height} to {new_width} × {new_height} pixels.</source>
        <translation>已从 {width} × {height} 缩小到 {new_width} × {new_height} 像素。</translation>
    </message>
</context>
<context>
    <name>pickers</name>
    <message>
        <location filename="../../mmdesk/ui/pickers.py" line="16"/>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pickers.py" line="19"/>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pickers.py" line="20"/>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/pickers.py" line="29"/>
        <source>Choose a model folder</source>
        <translation>选择模型文件夹</translation>
    </message>
</context>
<context>
    <name>shortcuts</name>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="28"/>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="29"/>
        <source>Go to the question</source>
        <translation>转到问题输入框</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="30"/>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="31"/>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="32"/>
        <source>Copy the last answer</source>
        <translation>复制最新回答</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="33"/>
        <source>Show or hide the sidebar</source>
        <translation>显示或隐藏侧边栏</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="34"/>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="35"/>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="36"/>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="37"/>
        <source>Send the question</source>
        <translation>发送问题</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="38"/>
        <source>New line</source>
        <translation>换行</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="42"/>
        <source>Stop the answer, cancel an edit, close a page</source>
        <translation>停止回答、取消修改、关闭页面</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="48"/>
        <source>Edit the last question (in an empty question)</source>
        <translation>修改上一个问题（输入框为空时）</translation>
    </message>
    <message>
        <location filename="../../mmdesk/ui/shortcuts.py" line="54"/>
        <source>Paste text, a picture or files</source>
        <translation>粘贴文字、图片或文件</translation>
    </message>
</context>
</TS>
