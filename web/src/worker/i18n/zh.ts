export default {
  tab: { due: '任务', homes: '住户', report: '上报', map: '地图', me: '我的', label: '主要页面' },
  sign: {
    title: '网格员登录', hint: '首次登录需要联网。之后凭 PIN 在没有信号时也能使用。', district: '区县', former: '修改前的登录密码',
    formerWhy: '登录密码在别处改过。请输入修改前的密码,打开本机保存的内容。', offline: '现在没有网络,无法登录。', post: '选择岗位', deputy: '代理',
    pinTitle: '设置 6 位 PIN', pinWhy: '打开本机时用,只保存在这部手机上。忘记后用登录密码重新设置,内容不会丢失。', pin: '6 位数字 PIN',
    pinAgain: '再输入一次', pinDiffers: '两次输入不一致。', pinDigits: 'PIN 须为 6 位数字。', start: '开始使用', care: '大字模式',
    gone: '此手机已退出,本机内容已清除。', failed: '没有成功,请重试。',
  },
  lock: {
    title: '请输入 PIN', of: '{name} 的手机', open: '打开', wrong: 'PIN 不对,还可以试 {left} 次。', none: '请用登录密码登录,再设置新的 PIN。本机内容不会丢失。',
    online: '用登录密码登录', other: '换人使用', forgot: '忘记 PIN', otherWhy: '{name} 的内容仍加密保存在本机,不会用别人的名义上传。',
  },
  strip: {
    unsent: '未上传 {n}', last: '最后同步 {at}', never: '尚未同步', sending: '正在上传', receiving: '正在更新', offline: '离线,可继续填写',
    foreign: '网络需要先登录,内容都在本机', busy: '服务器忙,稍后自动重试', sign_in: '登录已过期,内容都在本机', outdated: '请更新页面后继续同步',
    refused: '同步没有成功,稍后重试', attention: '{n} 条需要处理', first: '首次下载 {done}/{total},约 {left} 秒', firstUnknown: '首次下载 {done} 条', signIn: '去登录',
    clock: '手机时间不准,已按服务器时间记录。', label: '同步情况', full: '手机空间快满了', old: '有 {n} 条存了一天以上还没有上传,请尽快联网', pull: '松手同步', limited: '离线能力受限:浏览器未启用离线支持,请保持联网使用。',
  },
  tick: { kept: '已存', sent: '已传', waiting: '已收到,待核', rejected: '未被接受', photos: '照片 {n} 张待传' },
  due: {
    title: '任务', overdue: '已逾期', today: '今天', week: '本周', later: '以后', done: '刚刚办过', all: '全部', visits: '走访', issues: '事项', patrols: '巡查',
    emptyToday: '今天没有到期的。', emptyWeek: '本周还有 {n} 项。', emptyLater: '之后还有 {n} 项。', none: '还没有任务。住户页里可以随时走访。',
    goHomes: '去住户页', late: '逾期 {n} 天', lateToday: '已过时限', window: '可办 {window}', dueToday: '今天到期', call: '电话', visit: '走访', followUp: '约定随访',
    more: '再显示 {n} 项', others: '{n} 人也遇到', left: '剩 {span}', lateBy: '超时 {span}', patrolNever: '尚未巡查', patrolLast: '上次 {day}', points: '{n} 个点位',
    first: '正在下载您的网格…', filter: '显示哪些',
  },
  homes: {
    title: '住户', search: '门牌、姓名、电话尾号、拼音首字母', searchHint: '门牌、姓名、尾号、首字母', count: '{n} 户', none: '没有找到「{q}」', noneHint: '可以只输门牌的一部分,如 3-2,或姓名首字母。', empty: '本网格还没有住户。',
    map: '在地图上看', visited: '{n} 天前走访', today: '今天走访过', never: '还没有走访记录', clear: '清除',
  },
  home: {
    members: '成员', due: '这一户要办的', noDue: '这一户目前没有到期的。', issues: '未办结事项', history: '近 90 天走访', noHistory: '近 90 天没有走访记录。', start: '开始走访', notHome: '不在家',
    reveal: '查看', revealTitle: '查看电话', revealWhy: '为什么要看?(会记入查阅日志)', purposes: { contact: '联系走访时间', safety: '安全提醒', help: '上门帮办' }, revealNeeds: '需要联网才能查看。',
    dial: '拨打 {number}', care: '关爱提示', note: '备注:{note}', gone: '这一户不在您的网格里,或已合并、迁出。', notHomeKept: '已记「不在家」', undo: '撤销', navigate: '导航', nodoor: '门牌未知', report: '上报问题',
    last: '最近走访 {n} 天前', lastToday: '今天走访过', lastNever: '还没有走访记录', draft: '有未保存的草稿,继续填写', id: '证件 {masked}', noPhone: '未登记电话',
  },
  visit: {
    title: '走访', closes: '本次一并完成', result: '结果', kind: '事由', way: '方式', advice: '随访内容', note: '备注(选填)', noteHint: '不必重复已登记的信息', followUp: '下次随访(选填)',
    inWeek: '一周后', inTwo: '两周后', inMonth: '一个月后', noFollow: '不约', save: '保存', saved: '已保存在本机', draft: '草稿已存 {at}', more: '更多', photos: '照片(选填)', also: '您还可以在这一户办理',
    backToList: '返回任务', toHome: '回到这一户', tooLong: '文字太长,请缩短后保存。', failed: '没有存上,请再点一次保存。', full: '手机空间不足。内容没有丢,请先腾出空间再保存。',
  },
  photo: { add: '拍照或选图', remove: '移除照片', of: '照片 {n}', full: '手机空间不足,照片没有保存;文字不受影响。', tooLarge: '照片过大,没有保存。', most: '最多 {n} 张', space: '查看空间' },
  report: {
    title: '上报', what: '什么问题?', text: '说明(选填)', textHint: '一两句话即可,可用语音输入', category: '类别', suggested: '可能是', all: '全部类别', where: '在哪里?', here: '当前位置', grid: '只报网格', locating: '正在定位,不用等',
    located: '已定位,误差约 {m} 米', noFix: '没有定位,按网格上报', place: '地点说明(选填)', placeHint: '如:3 栋门口', pin: '在地图上点', urgency: '紧急程度', photos: '照片(选填)', send: '提交',
    fixed: '已当场解决', fixedWhat: '怎么解决的?', kept: '已保存在本机', another: '再报一件(同一地点)', seeDue: '返回任务', needs: '请选类别或写一句说明。', emergency: '危及人身安全,请先拨打 110、119、120。', atHome: '在 {door}',
  },
  issue: {
    title: '事项', number: '编号 {n}', unnumbered: '上传后给出编号', raised: '{at} 提出', place: '地点:{place}', clock: '时限', steps: '办理', none: '现在由其他岗位办理,您可以查看和备注。', later: '更多办理', kept: '已存:{step}',
    others: '还有 {n} 人反映', gone: '这件事项已办结或已不在您的网格。', submit: '提交', needsNet: '需要联网选择', photos: '照片(选填)', cancel: '取消', online: '查看办理记录', offline: '办理记录需要联网查看。', trail: '办理记录',
    missing: '请填写「{name}」。', waiting: '这一步等待上传;上传后显示下一步的按钮。', updating: '正在取回最新情况,稍候显示下一步的按钮。',
  },
  patrol: {
    title: '巡查', basis: '依据:{basis}', every: '每 {n} 天', last: '上次 {day}', never: '还没有巡查过', start: '逐点填写', save: '保存巡查', note: '说明', need: '上报的点位要写说明。', kept: '已保存在本机', none: '请至少填写一个点位。',
    progress: '已填 {done}/{all}', gone: '这份巡查清单已停用。',
  },
  map: { title: '地图', label: '本网格地图', list: '楼栋列表', homes: '{n} 户', due: '{n} 项到期', late: '{n} 项逾期', calm: '没有到期', loading: '正在打开地图…', failed: '地图没有打开,下面的列表可以照常使用。', nowhere: '没有位置的住户', building: '{n} 栋' },
  me: {
    title: '我的', sync: '立即同步', unsent: '未上传', records: '我的记录', attention: '需要处理', care: '大字模式', careHint: '字更大、按钮更高', language: '语言', storage: '手机空间', storageOf: '已用 {used} / {all}',
    storageHigh: '手机空间快满了。请删除不用的照片或应用;已上传的照片可以从本机清除。', tidy: '清除已上传的照片', tidied: '已清除 {n} 张', leave: '请假交接', lock: '立即锁定', signOff: '退出并清除本机', version: '版本 {v}',
    signOffAsk: '退出后,本机保存的住户信息会全部清除。', signOffUnsent: '还有 {n} 条未上传。联网上传后再退出最稳妥;也可以加密封存,由街道接收。', signOffPhotos: '{n} 张未上传的照片不在封存内,会丢失。', handIn: '封存并退出', cancel: '取消', go: '退出', post: '岗位',
    online: '仅限联网', kept: '已长期保存授权', notKept: '浏览器可能在空间不足时清除本机内容,建议添加到主屏幕。', install: '添加到主屏幕', help: '内容先存在本机,联网后自动上传。', update: '新版本已备好,返回任务页时自动启用。', missing: '有 {n} 条记录在本机清空前没有上传,街道已知晓,请补录。',
  },
  records: { title: '我的记录', empty: '还没有记录。走访和上报都会列在这里。', dismiss: '不再处理', redo: '修改后重报', copy: '复制内容', copied: '已复制', attention: '需要处理', nothing: '没有需要处理的。', what: '怎么办:', todo: '请按原因修改后重报,或与网格长联系。', toLeader: '本机已不能改报,请与网格长联系。', draftThere: '这里还有未提交的草稿,请先办完,再处理这条。', raw: '服务器已保留原始内容。' },
  kindOf: {
    visit_create: '走访', visit_amend: '更正走访', patrol_create: '巡查', issue_create: '上报', issue_step: '办理事项', household_create: '新增住户', household_edit: '修改住户', resident_add: '新增成员', resident_edit: '修改成员', delete_ask: '申请删除',
  },
  leave: {
    title: '请假交接', why: '离岗期间由代理人看到并办理您的任务。', until: '离岗到', deputy: '代理人', auto: '不指定(AB 角)', inHand: '代理人接手:事项 {issues} 件、工单 {orders} 件、走访 {visits} 户', send: '提交交接', done: '已交接', doneWhy: '代理人已能看到您的任务。', print: '打印清单', save: '保存清单', needsNet: '交接需要联网。', list: '交接清单({n} 项)', notThere: '本系统还不能在手机上交接,请联系网格长。', unsent: '先上传未上传的 {n} 条,再交接。', end: '结束交接',
  },
  closed: {
    title: '住户信息已锁定', why: '这部手机已超过 {n} 天没有联网。为保护住户信息,联网同步一次后才能查看;已存的内容不会丢失,仍可上报。', report: '上报问题',
  },
  common: { back: '返回', loading: '正在打开…', days: '{n} 天', toast: '提示' },
}
