export default { home: { title: '部门收件箱' } }
