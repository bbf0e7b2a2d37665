export default {
  title: '网格调整', list: '调整清单', create: '新建调整', redraft: '修改草稿', request: '调整事项', kind: '调整类型', state: '状态', all: '全部', none: '没有调整事项。',
  area: '区域', to: '划入(新的上级)', merged: '合并的区域', into: '承接区域', addArea: '添加区域', orMap: '按名称查找,或在地图上点选', code: '编码', name: '名称',
  newCode: '新编码', newName: '新名称', mergedCode: '沿用编码', governedBy: '托管单位', withGround: '连同其范围一并划转', piece: '第{n}块', keeps: '沿用原编码和岗位',
  reason: '理由', basis: '依据文号', keep: '存为草稿', draftedAt: '起草时间', effectiveAt: '生效时间', note: '意见', awaitsMe: '待我办理', mapShows: '地图显示',
  draw: { line: '画线拆分', outline: '画面拆出' }, drawing: '在地图上逐点点选,已有{n}点;靠近角点时自动对齐。', finish: '完成', atMiddle: '在地图中心加点', undoPoint: '撤销一点',
  paste: '粘贴坐标', pasteHint: '每行一个点(经度 纬度),或 WKT、GeoJSON,WGS84 坐标', unread: '无法识别所粘贴的坐标。', use: '使用',
  corner: '角点{n}:拖动,或用方向键移动,Delete 删除', addCorner: '在此加角点', redrawHint: '选定区域后拖动角点,相邻区域共用的角点一起移动;也可用方向键移动角点,或粘贴新的界线。',
  checking: '正在检查…', checked: '已按当前内容检查。', incomplete: '内容还不完整。', map: '调整范围地图', old: '原界线', new: '新界线',
  findings: '检查结果', errors: '{n}处错误', noErrors: '没有错误', error: '错误', warning: '提醒', show: '在地图上看', showThis: '在地图上看第{n}条', accept: '以下情况按现状接受',
  preview: '影响预览', touched: '涉及区域(平方米)', fate: '变化', before: '调整前', after: '调整后', handed: '{from} 划给 {to}:{m2} 平方米', posts: '岗位',
  postGoes: '{area} {role}{n}人:转到 {to}', postEnds: '{area} {role}{n}人:免去', gaps: '生效后没有网格员:{areas}', told: '将通知的人员', people: '{n}人',
  moved: '移交', movedN: '已移交在办诉求{n}件', trail: '办理经过',
}
