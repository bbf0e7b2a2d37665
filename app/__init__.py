"""wangge 网格: the service a Chinese county or district runs so that no problem falls between two desks.

The map (whoever knows about the other sits above; import-linter holds it):

    cli                              commands a person types
    main | worker                    the two processes
    health                           what they say of themselves
    routes | subscriptions | timetable | in_hand | tables
                                     every router, causality, default act, burden of a post, table: one page each
    on_ground                        what every feature keeps on the ground, for a change of it: one page
    faces                            the four faces: pages, words, step forms, base map
    privacy | live | papers          what is kept of persons, how long, what they may ask; screens told at once;
                                     papers an office signs
    figures | notices | sync         rates, ledger and supervision; who is told of what; the phones' protocol
    whistles | dispatch | visits | desk
                                     departments called together; units given orders; visits, plans, patrols;
                                     the queue as a whole: the one box, the sheet
    issues | households | boards | changes
                                     a resident's problem from raising to rating; who lives at which door; signs;
                                     the ground changed by request
    clocks | feed | forms | printing limits, working days, waits; what changed where; why a field is asked; paper
    people | layers                  accounts, posts, units, login, scope; areas from files and back
    grid                             the ground: areas, boundaries, codes, locate
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
    离岗交接 handover                   异议证据 evidence            异议须知 objection terms
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
    巡查发现 finding                    分类研判 triage              上报 hand_up
    派单 dispatch                       派单目录 catalogue           工单 work_order (order)
    主办 / 协办 lead / assist           转办 pass_on                 视为签收 deemed
    异议 / 指定承办 object / designate  延期 extend                  提级办理 take_over
    挂账 held_open                      无主事项 unowned             审核签发 release
    核查 / 回访 verify / revisit        重新反映 reopen              督办 / 催办 supervise / remind
    并单 / 拆并 merge / unmerge         移送 transfer                突发事件 incident
    待补充 awaiting_reporter            不予受理 not_accepted        交接 hand_over
    吹哨 / 撤哨 whistle / cancel        应急哨 / 综合哨 / 攻坚哨 emergency / joint / tough
    部门报到 report_in                  到场 arrive                  联合勘察 joint_survey (survey)
    稍后 later                          保存的视图 saved_view
    时钟、等待 wait                     值班表 duty_shift            回避 recusal
    小区 / 房屋 estate / dwelling       提醒 notice                  时限规则 limit_rule
    响应率 / 解决率 / 满意率 contact_rate / solve_rate / satisfied_rate
    走访 / 随访 / 巡查 visit / follow_up / patrol                    走访计划 plan_rule, visit_task
    户 / 住户成员 household / resident  关爱需求 care_need           包联 contact_duty
    单元 entrance                       家门号 door                  拒访 refused (opt_out: 不再上门)
    手机、设备 device                   操作 operation (op)          待核对 review
    本人申请 person_request             依法保全 legal_hold
    保存期限 retention                  查阅日志 personal_read (read)
    公示牌 sign_board (board; sign)     督办单 supervision_order     工单档案 archive
    吹哨单 / 会签表 whistle / countersign (paper)                     报到回执 receipt     签发 sign
    双报到 enrolment (later)           页面(四端) face
    图层 layer                          试导入 dry_run
    区划调整 area_change (change)       沿革 lineage                 承接区域 successor
    拆分 split                          调整界线 redraw              划转 move
    更名 rename                         村改居 upgrade               生效 take_effect (effect)
    随区划转移 rehome                   移交完成 settle
"""
