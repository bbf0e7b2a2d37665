"""The ground: the tree of areas, their dated boundaries and codes, party organisations and locating.

Terms: area 区域, boundary 边界版本, area_code 统一赋码, dedicated grid 专属网格, overlap 重叠, placement 定位结果.
Tier: above core and districts, below people. Nothing here knows who works where.
"""
