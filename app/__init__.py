"""wangge 网格: the service a Chinese county or district runs so that no problem falls between two desks.

The map (whoever knows about the other sits above; import-linter holds it):

    cli                              commands a person types
    main | worker                    the two processes
    health                           what they say of themselves
    routes | subscriptions | tables  every router, every causality, every table: one page each
    dispatch                         whose matter it is: catalogue, the units' orders, objection
    issues                           a resident's problem from raising to rating
    people                           accounts, posts, units, login, scope
    grid                             the ground: areas, boundaries, codes, import, locate
    districts                        one schema per district: create, list, migrate
    core                             mechanisms that know no feature

Glossary: one English word per Chinese term. Screens say the Chinese word, identifiers the English one.

    区县 district (the tenant)          街道、乡镇 street            社区、行政村 community
    网格 grid                           楼栋、微网格 building_group  小区 estate
    综合网格 / 专属网格 general / dedicated                          托管 governed_by
    边界版本 boundary                   统一赋码 area_code           待定位 unplaced
    党工委 / 党委 / 党总支 / 党支部 / 党小组  work_committee / committee / general_branch / branch / party_group
    账号 account                        岗位 post                    单位 unit
    AB角 rank A / B                     代理 deputy                  离岗 absence
    网格员 grid_worker                  网格长 grid_leader           楼栋长 building_leader
    诉求、事件 issue                    提出、反映 raise             定位 locate
    分派 assign                         签收(受理) accept            响应、首次联系 contact
    答复 answer                         评价 rate                    重办 rework
    备注 comment                        反映人 reporter              被反映方 respondent
    参与单位 issue_party                保密 confidential            待核 screening
    办结 close                          办理时限 limit               轨迹(办理记录) trail
    脱敏 / 查看原文 mask / unmask       咨询 consult                 求助 help
    投诉 complaint                      举报 tipoff                  建议 suggestion
    表扬 praise                         纠纷 dispute                 心愿 wish
    巡查发现 finding                    派单 dispatch                吹哨 whistle (later)
    部门报到 report_in (later)          走访 visit (later)           双报到 enrolment (later)
    派单目录 catalogue                  工单 order                      主办 / 协办 lead / assist
    异议 object                         指定承办 designate              视为签收 deemed
"""
