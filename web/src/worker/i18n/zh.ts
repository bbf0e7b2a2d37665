export default { home: { title: '任务' } }
