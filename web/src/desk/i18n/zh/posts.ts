export default {
  title: '岗位与代理', list: '岗位清单', role: '角色', anyRole: '全部角色', q: '姓名、区域或单位', ground: '区域或单位', unit: '单位', holder: '在岗人员', rank: 'A/B角',
  since: '任职日期', leave: '离岗与代理', acts: '操作', nobody: '无', awayUntil: '离岗至{at}', deputyIs: '代理:{name}', give: '任命岗位', giveNow: '任命',
  giveHint: '任命立即生效。不能任命自己。', username: '登录名', takeLeave: '办理离岗', comeBack: '返岗', end: '免去', endNow: '确认免去',
  handTo: '签收或分派给该岗位的工单、报到交接给', handToNobody: '留在本单位',
  sure: '免去{name}的{role}({ground})?立即生效,在办事项转给上一级。', fromNow: '不填为自现在起', since_leave: '离岗开始', awayFrom: '{from} 至 {at} 离岗(未开始)', until: '返岗时间', deputy: '代理人', noDeputy: '不指定',
  deputyHint: '代理人须在同一区域或单位任职,期间以该岗位办理。', leaveNow: '确认离岗', given: '已任命{name}为{ground}{role}。', ended: '已免去{name}的{role}。', back: '{name}已返岗。',
  left: '{name}离岗至{until},代理:{deputy}。在办诉求{issues}件、工单{orders}件、到期走访{visits}户。', none: '没有符合条件的岗位。请更换角色或关键词。',
}
