"""Files of the ground: what offices send in, what is wrong with it, storing it, and giving it back.

Terms: layer 图层, finding 检查结果, dry run 试导入, accept 接受.
Tier: above grid, beside people. A layer knows areas and their boundaries, not who works where.
"""
