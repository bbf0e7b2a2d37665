"""A resident's problem 诉求/事件 from raising to rating: placed, routed, handled, answered, rated.

Terms: raise 提出, locate 定位, assign 分派, accept 签收, contact 首次联系, answer 答复, rate 评价, rework 重办,
reporter 反映人, holder 承办岗位, desk 待定位/待派单 list of an office, screening 待核.
Tier: above people. Files named for an idea: `intake` (the hot path), `routing` (who holds it and why),
`follow` (the reporter's link), `stepping` (one input per step).
"""
