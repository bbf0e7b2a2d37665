export default {
  inbox: {
    title: '部门收件箱', to_sign: '要我签收', in_hand: '在办', waiting: '等别人', none_to_sign: '今天没有新的报到',
    none_in_hand: '手上没有在办事项', none_waiting: '没有等别人的事项', next: '下一个到期:{what} {clock}', noNext: '近期没有到期的时限',
    order: '工单', report_in: '报到', place: '地点', stale: '未能刷新,显示的是 {at} 的内容', more: '显示更多', gone: '事项已转出,内容不再可见',
    noClock: '没有计时',
  },
  nav: { record: '本单位记录', inbox: '收件箱', skip: '跳到主要内容' },
  sign: { go: '签收', done: '已签收 {number}', undo: '撤销', left: '{s} 秒内可撤销', undone: '已撤销签收 {number}', by: '签收人:{name}', deemed: '逾期未签,视为签收' },
  item: {
    what: '事项', where: '地点', when: '时间', street: '街道已试', basis: '依据', links: '各环节', link: '环节', due: '时限', done: '完成', result: '结果',
    notYet: '未完成', steps: '可以办理', others: '其他办理', none: '目前没有需要您办理的步骤。', words: '办理情况', trail: '办理记录', tasks: '任务',
    noTasks: '没有分给本单位的任务', surveys: '联合勘察', noSurveys: '还没有勘察记录', units: '各单位', meeting: '集合', issue: '诉求内容', answer: '答复',
    before: '办前照片', after: '办后照片', addBefore: '加办前照片', addAfter: '加办后照片', uploading: '正在上传…', papers: '文书', print: '打印 PDF',
    signPaper: '签发并编号', draft: '未编号', due_at: '时限 {at}', more: '更多', scores: '评价', duty: '值班电话 {number}', hidden: '您已看不到该诉求的内容。',
    extension: '申请延期', whistle: '吹哨 {number}',
  },
  step: {
    next: '接下来会怎样',
    refuse: ['区级主管部门裁定:解除、指定承办或转主管机关。', '裁定前本单位仍在名单中,其他单位的时限不停。', '裁定结果会通知您;区级指定承办后不能再次提出。'],
    object: ['由另一人、另一单位裁定承办单位。', '裁定前由本单位先行联系反映人、排除危险。', '裁定为本单位的,即为最终承办。'],
    report_in: ['到场可以事后补录:写明谁、几时、以什么方式即可。', '不要求定位,也不要求照片。'],
    finish_report_in: ['提交后由街道核查;核查通过前人员不撤。', '反映人读到的是街道核查后的答复。'],
    preview: '反映人将读到', previewEmpty: '写下结果后,这里显示反映人将读到的内容。', previewOf: '{unit} 答复', sent: '已提交', back: '返回事项',
    now: '现在的时限', new: '新的时限', days: '{n} 个工作日', other: '其他时间', granted: '已延期 {n} 次,最多 {most} 次', newAt: '申请后时限为 {at}', choose: '请选择新的时限', reasonMissing: '请写明理由',
    decided: ['由街道或区级另一人审批,审批前原时限照常计时。', '批准后反映人会收到新的时限。'],
  },
  record: {
    title: '本单位记录', note: '每项评价都列出所依据的办理记录。只显示本单位,不排名。', empty: '还没有评价', acts: '依据的办理记录', appeal: '申诉', appealed: '已申诉({at}):{text}',
    upheld: '申诉成立,该评价不再计入', notUpheld: '申诉未成立', waitingAppeal: '等待裁定', stars: '{n} 星', of: '{side}',
    posts: '共用本收件箱的岗位', current: '当前岗位', deputy: '代理', switch: '切换', handover: '交接清单', handoverNote: '收件箱按单位共用:离岗后未办结事项由本单位同事继续办理,清单可打印留存。', printList: '打印清单', rank: '{rank} 角',
  },
}
