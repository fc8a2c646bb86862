"""Layouts of breakdowns of tasks (任务分解表) and lists of responsibilities (责任清单)."""

from .layouts import Layout

LAYOUTS = (
    Layout(
        "任务分解表, areas and leads merged",
        "xlsx",
        {
            "Sheet1": """
清河县高质量发展重点任务分解表
填报单位：县发展改革局 ||||| 2023年3月
序号 | 任务类别 | 任务内容 | 牵头单位 | 配合单位 | 完成时限 | 备注
1 | 一、产业升级 | 建设绿色工厂三家 | 县工信局 | 县财政局、县科技局 | 2023年底 |
2 || 淘汰燃煤锅炉二十台 ||| 2023年第三季度 |
3 | 二、生态保护 | 造林两千亩 | 县林业局 || 长期坚持 | 续建
"""
        },
        {"measures": 3, "sections": 2, "departments": 4},
        merged={"Sheet1": "A1:G1 B4:B5 D4:D5 E4:E5"},
        measures=(
            ("2", "淘汰燃煤锅炉二十台", "县工信局", "2023-09-30", "产业升级"),
            ("3", "造林两千亩", "县林业局", "", "生态保护"),
        ),
        participating={"2": {"县财政局", "县科技局"}},
    ),
    Layout(
        "责任清单, headings between the rows and notes below",
        "xls",
        {
            "责任清单": """
2024年全县重点工作责任清单
序号 | 工作任务 | 工作要求 | 责任领导 | 责任单位 | 办结时限
一、产业发展 |||||
1 | 新增规上企业十家 | 建立培育库 | 张县长 | 县工信局 | 2024-12-31
2 | 建成标准厂房五万平方米 | 年内投用 | 张县长 | 县开发区管委会 | 2024年10月底前
二、民生保障 |||||
3 | 改造老旧小区八个 | 居民同意率九成 | 李县长 | 县住建局 | 2024年11月
备注：1.责任单位为第一责任单位。2.时限以县政府督查室通知为准。 |||||
填表人：王某某 | | | | 联系电话：0000-1234567 |
"""
        },
        {"measures": 3, "sections": 2, "departments": 3},
        merged={"责任清单": "A1:F1 A3:F3 A6:F6 A8:F8"},
        measures=(("3", "改造老旧小区八个", "县住建局", "2024-11-30", "民生保障"),),
        notices=("Rows of notes were left out: 8, 9",),
    ),
    Layout(
        "责任清单 of LibreOffice, areas and due days merged",
        "ods",
        {
            "Sheet1": """
编号 | 重点领域 | 具体任务 | 牵头部门 | 完成时间
A-01 | 数字政府 | 一网通办事项达九成 | 市大数据局 | 2024年6月
A-02 || 电子证照互认 ||
A-03 | 营商环境 | 开办企业半日办结 | 市市场监管局 | 2024年底
"""
        },
        {"measures": 3, "sections": 2, "departments": 2},
        merged={"Sheet1": "B2:B3 D2:D3 E2:E3"},
        measures=(("A-02", "电子证照互认", "市大数据局", "2024-06-30", "数字政府"),),
    ),
    Layout(
        "任务台账 of WPS, blank columns and rows at its end",
        "gbk.csv",
        {
            "": """
全市重点任务台账 |||||||
||||||| 截至2023年6月
序号 | 重点任务 | 工作任务 | 主责单位 | 协办单位 | 时间节点 ||
1 | 乡村振兴 | 新建高标准农田三万亩 | 市农业农村局 | 市财政局；市水利局 | 2023年11月底 ||
2 | 乡村振兴 | 培育示范合作社二十家 | 市农业农村局 || 2023/12/31 ||
|||||||
3 | 交通先行 | 改造农村公路百公里 | 市交通运输局 | 市公路中心 | 2024年 ||
|||||||
|||||||
"""
        },
        {"measures": 3, "sections": 2, "departments": 5},
        measures=(
            ("1", "新建高标准农田三万亩", "市农业农村局", "2023-11-30", "乡村振兴"),
            ("3", "改造农村公路百公里", "市交通运输局", "2024-12-31", "交通先行"),
        ),
        participating={"1": {"市财政局", "市水利局"}},
    ),
    Layout(
        "任务表 copied into a text file",
        "tsv",
        {
            "": """
序号 | 任务名称 | 目标任务 | 负责单位 | 截止日期
1 | 新增停车位一千个 | 主城区六百个 | 城管局 | 2023.9.30
2 | 新建口袋公园十处 | 每处不少于八百平方米 | 园林局 | 2023.10.31
"""
        },
        {"measures": 2, "sections": 1, "departments": 2},
        measures=(("2", "新建口袋公园十处", "园林局", "2023-10-31", "重点任务"),),
    ),
    Layout(
        "分工方案, a header of two rows",
        "xlsx",
        {
            "分工": """
重点任务分工方案
序号 | 重点任务 | 具体措施 | 责任单位 || 完成时限
||| 牵头单位 | 配合单位 |
1 | 扩大内需 | 发放消费券五千万元 | 市商务局 | 市财政局 | 2023年上半年
2 | 扩大内需 | 举办购物节 | 市商务局 | 市文旅局\\n市市场监管局 | 2023年年底前
"""
        },
        {"measures": 2, "sections": 1, "departments": 4},
        merged={"分工": "A1:F1 A2:A3 B2:B3 C2:C3 D2:E2 F2:F3"},
        measures=(("1", "发放消费券五千万元", "市商务局", "2023-06-30", "扩大内需"),),
        participating={"2": {"市文旅局", "市市场监管局"}},
    ),
    Layout(
        "分工方案, lead and others below one header in short",
        "ods",
        {
            "Sheet1": """
序号 | 工作举措 | 责任单位 || 时间 |
|| 牵头 | 配合 | 下达 | 完成
1 | 建设城市书房五座 | 区文旅局 | 区住建局 | 2023-02-01 | 2023-11-30
2 | 开放学校操场十所 | 区教体局 || 2023-02-01 | 2023-08-31
"""
        },
        {"measures": 2, "sections": 1, "departments": 3},
        merged={"Sheet1": "A1:A2 B1:B2 C1:D1 E1:F1"},
        measures=(("1", "建设城市书房五座", "区文旅局", "2023-11-30", "重点任务"),),
        participating={"1": {"区住建局"}},
    ),
    Layout(
        "督查台账, its header repeated on each page",
        "xls",
        {
            "台账": """
重点工作督查台账
序号 | 重点事项 | 责任单位 | 完成时限
1 | 完成雨污分流三十公里 | 市住建局 | 2023-10-31
2 | 整治黑臭水体四条 | 市水务局 | 2023-12-31
序号 | 重点事项 | 责任单位 | 完成时限
3 | 更新公交车五十辆 | 市交通局 | 2023-09-30
序号 | 重点事项 | 责任单位 | 完成时限
4 | 新建充电桩三百个 | 市发改委 | 2024-03-31
"""
        },
        {"measures": 4, "sections": 1, "departments": 4},
        merged={"台账": "A1:D1"},
        measures=(("4", "新建充电桩三百个", "市发改委", "2024-03-31", "重点任务"),),
        notices=("Titles and headers that stand there again were left out: rows 5, 7",),
    ),
    Layout(
        "任务清单, typed in full width",
        "csv",
        {
            "": """
序　号 | 任 务 名 称 | 牵 头 单 位 | 完 成 时 限
１ | 修订应急预案 | 应急管理局 | ２０２３年９月
２ | 开展消防演练 | 消防救援大队 | ２０２３年１２月３１日前
"""
        },
        {"measures": 2, "sections": 1, "departments": 2},
        measures=(
            ("1", "修订应急预案", "应急管理局", "2023-09-30", "重点任务"),
            ("2", "开展消防演练", "消防救援大队", "2023-12-31", "重点任务"),
        ),
    ),
    Layout(
        "责任分工, who leads and who takes part in one cell",
        "xlsx",
        {
            "Sheet1": """
序号 | 主要任务 | 工作任务 | 责任单位 | 时限
1 | 招商引资 | 签约项目五十个 | 牵头单位：县投促局；配合单位：县发改局、县工信局 | 2023-12-31
2 | 招商引资 | 开展小分队招商 | 县投促局（牵头），县商务局 | 2023-12-31
3 | 人才强县 | 引进博士十名 | 县委组织部/县人社局 | 2024-06-30
4 | 人才强县 | 建人才公寓百套 | 县住建局 县自然资源局 | 2024-06-30
"""
        },
        {"measures": 4, "sections": 2, "departments": 8},
        asked={"leads measures.lead_department": "first"},
        measures=(
            ("1", "签约项目五十个", "县投促局", "2023-12-31", "招商引资"),
            ("3", "引进博士十名", "县委组织部", "2024-06-30", "人才强县"),
        ),
        participating={
            "1": {"县发改局", "县工信局"},
            "2": {"县商务局"},
            "3": {"县人社局"},
            "4": {"县自然资源局"},
        },
    ),
    Layout(
        "Action plan in English",
        "xlsx",
        {
            "Actions": """
Action plan for a greener city
No. | Area | Action | Lead agency | Supporting departments | Deadline | Remarks
1 | Clean air | Retire forty coal boilers | Environment Bureau | Energy Bureau; Finance Bureau | end of 2023 |
2 | Clean air | Electrify two hundred buses | Transport Bureau | | 2024-06-30 | phase two
3 | Clean water | Line twelve kilometres of sewers | Water Bureau | Housing Bureau | 2024Q3 |
"""
        },
        {"measures": 3, "sections": 2, "departments": 6},
        merged={"Actions": "A1:G1"},
        measures=(("3", "Line twelve kilometres of sewers", "Water Bureau", "2024-09-30", "Clean water"),),
        participating={"1": {"Energy Bureau", "Finance Bureau"}},
    ),
    Layout(
        "Responsibility matrix in English",
        "tsv",
        {
            "": """
ID | Task | Details | Responsible department | Due date
T-1 | Open a service hall | One counter for all | City Office | 2023-08-31
T-2 | Publish all fees | On the web site | Finance Bureau | ongoing
"""
        },
        {"measures": 2, "sections": 1, "departments": 2},
        measures=(("T-1", "Open a service hall", "City Office", "2023-08-31", "重点任务"),),
    ),
    Layout(
        "任务清单, a sheet for each area and numbers that begin anew",
        "xlsx",
        {
            "产业组": """
序号 | 工作任务 | 责任单位 | 完成时限
1 | 技改项目二十个 | 县工信局 | 2023-12-31
2 | 新增专精特新五家 | 县工信局 | 2023-12-31
""",
            "农业组": """
序号 | 工作任务 | 责任单位 | 完成时限
1 | 粮食总产十万吨 | 县农业农村局 | 2023-10-31
2 | 建设冷库三座 | 县供销社 | 2024-05-31
""",
            "Sheet3": "",
        },
        {"measures": 4, "sections": 1, "departments": 3},
        measures=(("4", "建设冷库三座", "县供销社", "2024-05-31", "重点任务"),),
        notices=(
            "Sheet “农业组”: Measures: the numbers below “序号” begin anew, so they are no codes; "
            "the rows are numbered.",
        ),
    ),
    Layout(
        "任务分解表, numbers that begin anew below each heading",
        "gb18030.csv",
        {
            "": """
序号 | 任务内容 | 责任部门 | 推进时限
第一部分 城市更新 |||
1 | 打通断头路三条 | 住建局 | 2023年9月底
2 | 拆除违建一万平方米 | 城管局 | 2023年四季度
第二部分 公共服务 |||
1 | 新增学位三千个 | 教育局 | 2024年8月
2 | 新建日间照料中心六个 | 民政局 | 2023-2024
"""
        },
        {"measures": 4, "sections": 2, "departments": 4},
        notices=("Measures: the numbers below “序号” begin anew, so they are no codes; the rows are numbered.",),
        measures=(("4", "新建日间照料中心六个", "民政局", "2024-12-31", "公共服务"),),
    ),
    Layout(
        "任务台账, days without a year",
        "xls",
        {
            "2023": """
2023年度重点任务
序号 | 任务 | 牵头单位 | 时间要求
1 | 春季植树五万株 | 林业局 | 4月底前
2 | 防汛演练两次 | 水利局 | 6月15日前
3 | 秋粮收购 | 粮储局 | 四季度
4 | 巡河 | 水利局 | 持续推进
"""
        },
        {"measures": 4, "sections": 1, "departments": 3},
        asked={"year measures.due_on": "2023"},
        measures=(
            ("2", "防汛演练两次", "水利局", "2023-06-15", "重点任务"),
            ("3", "秋粮收购", "粮储局", "2023-12-31", "重点任务"),
        ),
    ),
    Layout(
        "任务表, headers that nobody else uses",
        "ods",
        {
            "Sheet1": """
干什么 | 干到什么程度 | 谁来干 | 啥时候干完
整修灌渠二十公里 | 全线通水 | 镇水利站 | 2023年底
栽植行道树三千棵 | 成活率九成五 | 镇农业中心 | 2024年4月
"""
        },
        {"measures": 2, "sections": 1, "departments": 2},
        asked={
            "sheet Sheet1": "measures",
            "column 干什么": "title_zh",
            "column 干到什么程度": "target_zh",
            "column 谁来干": "lead_department",
            "column 啥时候干完": "due_on",
        },
        measures=(("2", "栽植行道树三千棵", "镇农业中心", "2024-04-30", "重点任务"),),
    ),
    Layout(
        "民生实事清单",
        "gb18030.csv",
        {
            "": """
十件民生实事清单 |||||
序号 | 实事名 | 实施内容 | 责任单位 | 完成时限 | 责任人
1 | 老旧小区加装电梯 | 加装六十部 | 区住建局 | 2023年11月底 | 赵某
2 | 社区食堂建设 | 新建十二家 | 区民政局 | 2023年12月底 | 钱某
注：资金由区财政统筹。 |||||
"""
        },
        {"measures": 2, "sections": 1, "departments": 2},
        asked={
            "column 实事名": "title_zh",
            "column 实施内容": "description_zh",
            "column 责任人": "-",
        },
        measures=(("2", "社区食堂建设", "区民政局", "2023-12-31", "重点任务"),),
    ),
    Layout(
        "改革事项台账, headings of two levels and a count in each",
        "xlsx",
        {
            "改革台账": """
深化改革重点事项台账
序号 | 改革事项 | 成果形式 | 牵头单位 | 参加单位 | 完成时限
一、经济体制（2项） |||||
（一）国资国企 |||||
1 | 国企分类考核 | 考核办法 | 国资委 | 财政局 | 2023年9月
（二）财税金融 |||||
2 | 零基预算 | 实施方案 | 财政局 || 2023年12月
二、社会治理（1项） |||||
（一）基层治理 |||||
3 | 一网统管平台 | 平台上线 | 大数据局 | 公安局、城管局 | 2024年6月
"""
        },
        {"measures": 3, "sections": 2, "departments": 5},
        merged={"改革台账": "A1:F1 A3:F3 A4:F4 A6:F6 A8:F8 A9:F9"},
        measures=(("2", "零基预算", "财政局", "2023-12-31", "经济体制"),),
    ),
    Layout(
        "重点任务, headings without a number merged over the table",
        "xlsx",
        {
            "Sheet1": """
序号 | 工作任务 | 责任单位 | 完成时间
产业振兴 |||
1 | 建设果蔬加工园 | 县农业农村局 | 2023-12-31
乡风文明 |||
2 | 建设文化广场 | 县文旅局 | 2023-10-31
"""
        },
        {"measures": 2, "sections": 2, "departments": 2},
        merged={"Sheet1": "A2:D2 A4:D4"},
        measures=(("2", "建设文化广场", "县文旅局", "2023-10-31", "乡风文明"),),
    ),
    Layout(
        "工作要点分解, one task of several rows",
        "xls",
        {
            "Sheet1": """
序号 | 重点任务 | 工作举措 | 牵头单位 | 完成时限
1 | 优化营商环境 | 推行容缺受理 | 行政审批局 | 2023年6月
|| 设立企业服务专员 | 工信局 | 2023年9月
2 | 推进数字化 | 建设数据平台 | 大数据局 | 2023年12月
"""
        },
        {"measures": 3, "sections": 2, "departments": 3},
        merged={"Sheet1": "A2:A3 B2:B3"},
        measures=(("2", "设立企业服务专员", "工信局", "2023-09-30", "优化营商环境"),),
    ),
    Layout(
        "任务清单, tasks merged over their actions",
        "xlsx",
        {
            "Sheet1": """
2023年重点任务清单
序号 | 工作任务 | 具体措施 | 责任单位 | 完成时限
1 | 优化营商环境 | 推行容缺受理 | 行政审批局 | 2023年6月
2 || 设立企业服务专员 | 工信局 | 2023年9月
3 | 推进数字化 | 建设数据平台 | 大数据局 | 2023年12月
"""
        },
        {"measures": 3, "sections": 2, "departments": 3},
        merged={"Sheet1": "A1:E1 B3:B4"},
        measures=(
            ("2", "设立企业服务专员", "工信局", "2023-09-30", "优化营商环境"),
            ("3", "建设数据平台", "大数据局", "2023-12-31", "推进数字化"),
        ),
        notices=("“具体措施” was read as the names of the rows, since “工作任务” is merged over several.",),
    ),
)
