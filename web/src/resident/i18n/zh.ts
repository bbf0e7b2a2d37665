export default {
  face: {
    name: '我要反映', skip: '跳到正文', large: '大字', larger: '大字显示', home: '首页', step: '第 {n} 步,共 {of} 步',
    notFound: '没有这个页面', back: '返回上一步', change: '改', unsent: '有 {n} 件还没发出,有网会自动发送。',
  },
  write: {
    title: '遇到什么事?', hint: '一句话说清就行,可以用输入法的语音说。', example: '如:3栋2单元楼下路灯不亮,晚上看不见路。',
    missing: '请写一句遇到了什么事。', next: '下一步', welcome: '不用注册,不用登录。写完马上有编号和承办人。',
    clear: '清空重写', sure: '确定清空吗?写的内容和照片会删除。',
    call: '拨打 {number}', goOn: '打完电话,仍可以在这里反映。',
    unsure: '现在没有网,没法判断是不是急事。有危险请先打电话:',
    kind: '像是哪一类?', kindHint: '根据您写的内容猜的,不对请改。', unknown: '都不是,不知道', allKinds: '看全部类别', chooseKind: '全部类别',
    pickKind: '请选择',
  },
  photo: {
    add: '加照片', more: '再加一张', most: '最多 {n} 张,', hint: '近处一张、远处一张最清楚。', remove: '删除第 {n} 张照片', alt: '第 {n} 张照片',
    bad: '有照片打不开,没有加上。文字照样可以提交。', busy: '正在处理照片…', full: '最多 {n} 张。', noStore: '这台手机存不下照片。文字照样可以提交。',
  },
  place: {
    title: '在哪里?', near: '{name} 附近', fromSign: '扫码得知', change: '改地点', exact: '具体位置', exactHint: '如:3栋2单元楼下、韶光街公交站旁',
    byPhone: '用手机定位', locating: '正在定位…', byMap: '在地图上指', closeMap: '收起地图', mapLabel: '点一下地图,选出事地点',
    found: '已取得手机位置(误差约 {m} 米)', picked: '已在地图上选好', isIt: '是这里吗?点一下就行', chosen: '地点:{name}', drop: '不用这个位置', notHere: '不在这里',
    here: '就在 {name}', denied: '没有得到定位,不要紧:写清地点就行。', wide: '定位误差太大({m} 米),没有采用。请写清地点。',
    badSign: '这个二维码已失效或识别不了。请写清地点,照样可以反映。', noLine: '网络不通,地点以二维码为准,发送时再查。',
    looking: '正在读取二维码对应的地点…', none: '没有填地点,工作人员会按您写的内容去找。',
    district: '哪个区县?', chooseDistrict: '请选择区县', noDistrict: '请选择是哪个区县。',
  },
  near: {
    title: '是不是这些?', hint: '附近有人反映过同类的事。是同一件就跟着一起办,您会有自己的编号。', me: '我也遇到了', none: '都不是,我的是另一件',
    away: '约 {m} 米', close: '就在附近', raised: '{day} 反映', people: '{n} 人反映', state: '现在:{state}',
  },
  contact: {
    title: '怎么联系您?', why: '只用来核实情况、告诉您结果。不留也照样办,凭编号和链接查看。', name: '怎么称呼', nameHint: '如:王女士', phone: '手机或座机', fix: '{field}:{why}。{how}', phoneHow: '请写成 13800001234 或 0871-67490001 这样。', nameHow: '请改短一些,只写称呼。',
    confidential: '保密办理', confidentialHint: '承办人看不到您是谁,只有街道专人能看,有事由街道转告。', next: '填好了,下一步', skip: '不留,跳过',
  },
  check: {
    title: '看一下,没问题就提交', text: '事情', kind: '类别', noKind: '没有选,由工作人员归类', place: '地点', photos: '照片', nPhotos: '{n} 张',
    contact: '联系方式', none: '不留', same: '一起办', send: '提交', sending: '正在提交…',
    saved: '先存在这部手机上再发送;断网也不会丢。', problems: '有 {n} 处需要修改,改好再提交',
  },
  done: {
    title: '收到了', number: '编号', copy: '复制编号', copied: '已复制', copyLink: '复制链接', linkCopied: '链接已复制', who: '谁来办', where: '地点归属', call: '打电话',
    contactBy: '首次联系', before: '{at} 前', solveBy: '办理期限', save: '保存好这个链接,随时看进展', saveHint: '可以截图二维码,或复制链接发给自己。',
    follow: '看进展', again: '再报一件(同一地点)', another: '再报一件', photosLeft: '还有 {n} 张照片在上传,不影响办理。',
    photosLost: '{n} 张照片没有传上,不影响办理。可在进展页补传。', qr: '进展页的二维码', details: '正在读取承办人…', noDetails: '承办人稍后在进展页查看。',
    waitTitle: '已存在这部手机上', waiting: '还没有发出:现在没有网络,或网络太慢。', waitMore: '有网后自动发送,只发一次。可以关掉页面,下次打开本页也会发。编号在发出后显示。',
    sendNow: '现在再试', trying: '正在发送…', refusedTitle: '没有发出,需要修改', fix: '去修改', gone: '这部手机上没有这条记录',
  },
  mine: { title: '这部手机报过的', forget: '从手机上删掉', waiting: '等待发送', refused: '需要修改' },
  follow: {
    title: '办理进展', number: '编号 {number}', now: '现在', nobody: '正在确定', contacted: '已联系',
    review: '再次办理', timeline: '办理经过', newest: '最新在上', replies: '给您的答复', ask: '请您补充', actions: '您可以',
    rate: '说说解决了没有', complete: '补充评价', change: '修改评价', changeUntil: '{at} 前可以改一次',
    photos: '补传照片', photosSent: '照片已收到。', opened: '您的联系方式被查看过 {n} 次,每次都有记录。', neverOpened: '还没有人查看过您的联系方式。',
    together: '一共 {n} 人反映了同一件事。', said: '您的评价', done: '已收到。', merged: '跟编号 {number} 一起办', refresh: '刷新', at: '更新于 {at}', cancel: '先不了',
    lost: '链接打不开',
  },
  step: {
    give_info: '还有什么要告诉承办人?', reopen: '现在是什么情况?', withdraw: '为什么撤回?', request_review: '为什么不同意?', empty: '请写一句。',
  },
  rate: {
    title: '解决了吗?', hint: '点一下就算数,后面的可以不填。',
    saved: '已记下:{verdict}', level: '总的来说,您满意吗?', more: '还想说什么?(可不填)', remains: '还有什么没解决?(可不填)',
    contacted: '办理时有人联系过您吗?', send: '提交', thanks: '谢谢,已记下。', back: '回到进展页', again: '会重新办理,进展写在这里。', over: '现在不能评价。',
    changing: '{at} 前可以改,只能改一次。', mistaken: '点错了,重选',
  },
  fault: { summary: '请看一下' },
}
