"""Changes of the ground 区划调整: asked for by an office, agreed to by the street, approved by the district, in
force at a moment; what became of each area is kept for ever (DESIGN 2).

Terms: area_change 区划调整, split 拆分, merge 合并, redraw 调整界线, move 划转, rename 更名, upgrade 村改居,
hand over 托管, open 新设, close 撤销, lineage 沿革, successor 承接区域.
Tier: beside issues and households, whose work on the ground it carries by functions that one page composes
(app/on_ground.py).
"""
