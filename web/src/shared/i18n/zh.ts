export default {
  app: { name: '网格' },
  act: {
    send: '提交', cancel: '取消', retry: '重试', back: '返回', close: '关闭', choose: '请选择', remove: '移除',
    add: '添加', search: '搜索', more: '更多', save: '保存', copy: '复制', copied: '已复制', signOut: '退出登录',
    undo: '撤销',
  },
  form: {
    required: '必填', optional: '选填', yes: '是', no: '否', why: '为什么问:', characters: '最多 {n} 字',
    problems: '有 {n} 处需要修改', missing: '请填写「{name}」。', unknown: '未找到「{q}」',
  },
  signIn: {
    title: '登录', username: '登录名', password: '密码', go: '登录', again: '登录已失效,请重新登录;页面内容仍在。',
    district: '区县', post: '岗位', as: '当前用户',
  },
  trouble: {
    title: '没有成功', loading: '正在加载…', offline: '网络不通', empty: '暂无内容', code: '代码 {code}',
    kept: '您填写的内容还在。',
  },
  time: {
    left: '剩{span}', late: '超时{span}', paused: '已暂停', done: '已完成', day: '{n}天', hour: '{n}小时',
    minute: '{n}分', now: '不足1分',
  },
  map: { blank: '未配置底图,仅显示网格边界', here: '我的位置', pick: '在地图上点选位置', picked: '已选位置', zoomIn: '放大', zoomOut: '缩小' },
  guest: { kind: '类型', name: '名称', count: '人数' },
  paper: { print: '打印 {paper}', sign: '签发编号', draft: '未编号' },
  evidence: { title: '证据照片', note: '照片供裁定人查看,可以先传照片再提交异议。', add: '上传证据照片', uploading: '正在上传…' },
  language: { switch: 'English' },
}
