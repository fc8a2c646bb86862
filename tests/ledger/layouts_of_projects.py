"""Layouts of lists of projects (重点项目表) and of indicators (指标表)."""

from .layouts import Layout

LAYOUTS = (
    Layout(
        "重点项目表, unit above and sums",
        "xls",
        {
            "项目表": """
2023年市重点项目表
|||||||| 单位：亿元
序号 | 项目名称 | 建设地点 | 所属行业 | 建设阶段 | 总投资 | 责任单位 | 计划开工时间 | 计划竣工时间
合计 ||||| 30.5 |||
1 | 光伏电站 | 济南市 | 能源 | 在建 | 10.5 | 市能源局 | 2023年3月 | 2024年底
2 | 污水处理厂 | 青岛市 | 环保 | 前期 | 20 | 市水务局 | 2023年 | 2024-2025
"""
        },
        {"projects": 2, "categories": 2, "departments": 2},
        merged={"项目表": "A1:I1"},
        projects=(("2", "污水处理厂", "青岛市", 200_000, "环保", "2025-12-31"),),
    ),
    Layout(
        "重点项目清单, unit in the header",
        "gbk.csv",
        {
            "": """
编号 | 项目名称 | 所在市 | 类别 | 项目阶段 | 总投资（万元） | 开工日期 | 竣工日期
ZD001 | 智能网联汽车基地 | 烟台 | 产业 | 在建 | 125000 | 2023-04-01 | 2025-06-30
ZD002 | 港口铁路专用线 | 青岛 | 交通 | 建成 | 38,000 | 2021-05-01 | 2023-06-30
"""
        },
        {"projects": 2, "categories": 2},
        projects=(("ZD002", "港口铁路专用线", "青岛市", 38_000, "交通", "2023-06-30"),),
    ),
    Layout(
        "重点项目表, category as headings, subtotals below each",
        "ods",
        {
            "项目": """
重点项目表
单位：万元
序号 | 项目名称 | 所在地 | 建设阶段 | 总投资 | 建设内容
一、基础设施 |||||
1 | 快速路二期 | 济南市 | 在建 | 52000 | 全长八公里
2 | 净水厂 | 济南市 | 前期 | 18000 | 日供十万吨
小计 |||| 70000 |
二、产业发展 |||||
3 | 药谷 | 烟台市 | 在建 | 90000 | 厂房六栋
小计 |||| 90000 |
总计 |||| 165000 |
"""
        },
        {"projects": 3, "categories": 2},
        merged={"项目": "A1:F1 A4:F4 A8:F8"},
        projects=(("3", "药谷", "烟台市", 90_000, "产业发展", ""),),
        notices=("Projects, row 11, Total investment: the sum says 165,000 万元, and its rows add up to 160,000 万元",),
    ),
    Layout(
        "重点建设项目表, a header of two rows",
        "xlsx",
        {
            "项目": """
重点建设项目表
序号 | 项目名称 | 建设地点 | 行业 | 项目状态 | 投资（万元） || 时间 || 责任单位
||||| 总投资 | 已完成投资 | 开工 | 竣工 |
1 | 风电场 | 威海市 | 能源 | 在建 | 60000 | 21000 | 2022年10月 | 2024年6月 | 能源局
2 | 科创中心 | 济南市 | 科技 | 前期 | 15000 | 0 | 2023年9月 | 2025年底 | 科技局
"""
        },
        {"projects": 2, "categories": 2, "departments": 2},
        merged={"项目": "A1:J1 A2:A3 B2:B3 C2:C3 D2:D3 E2:E3 F2:G2 H2:I2 J2:J3"},
        projects=(("1", "风电场", "威海市", 60_000, "能源", "2024-06-30"),),
    ),
    Layout(
        "项目表, amounts without a unit",
        "csv",
        {
            "": """
序号 | 项目名称 | 地市 | 项目类别 | 建设状态 | 计划总投资
1 | 冷链物流园 | 淄博市 | 物流 | 在建 | 12500
2 | 高中迁建 | 淄博市 | 教育 | 建成 | 30000
"""
        },
        {"projects": 2, "categories": 2},
        asked={"unit projects.total_investment": "wan"},
        projects=(("1", "冷链物流园", "淄博市", 12_500, "物流", ""),),
    ),
    Layout(
        "项目表, new and carried-on ones",
        "xlsx",
        {
            "Sheet1": """
2023年重点项目投资计划表
序号 | 项目名称 | 建设性质 | 建设地点 | 所属领域 | 建设起止年限 | 总投资（亿元） | 备注
1 | 氢能产业园 | 续建 | 济南市 | 能源 | 2022-2024 | 12 |
2 | 湿地公园 | 新建 | 烟台市 | 生态 | 2023-2025 | 3.6 | 拟开工
3 | 体育中心 | 竣工 | 青岛市 | 社会 | 2020-2023 | 8 |
"""
        },
        {"projects": 3, "categories": 3},
        merged={"Sheet1": "A1:H1"},
        asked={"column 建设性质": "stage", "column 备注": "-"},
        projects=(("2", "湿地公园", "烟台市", 36_000, "生态", "2025-12-31"),),
        notices=(
            "Projects, Stage: words were read as a choice: 续建 → Under construction, 新建 → Preparing, "
            "竣工 → Completed; cells: 3",
        ),
    ),
    Layout(
        "Major projects in English",
        "xlsx",
        {
            "Major projects": """
Major projects
No. | Project name | Location | Sector | Status | Total investment (100 million yuan) | Start | Completion
1 | Tidal power station | Weihai | Energy | Under construction | 6.8 | 2022-03-01 | 2024-12-31
2 | Data centre | Jinan | Digital | Preparing | 15 | 2023-10-01 | 2025-12-31
Total ||||| 21.8 ||
"""
        },
        {"projects": 2, "categories": 2},
        merged={"Major projects": "A1:H1"},
        projects=(("1", "Tidal power station", "威海市", 68_000, "Energy", "2024-12-31"),),
    ),
    Layout(
        "Project register in English",
        "tsv",
        {
            "": """
Number | Project | City | Category | Stage | Investment (100 million yuan) | Responsible department
P-7 | Ring road | Qingdao | Transport | Completed | 2.5 | Transport Bureau
P-8 | Hospital | Yantai | Health | On hold | 0.9 | Health Bureau
"""
        },
        {"projects": 2, "categories": 2, "departments": 2},
        projects=(("P-8", "Hospital", "烟台市", 9_000, "Health", ""),),
    ),
    Layout(
        "工作簿, tasks and projects beside a sheet on how to fill in",
        "xlsx",
        {
            "填表说明": """
填表说明
请于每月五日前报送，一式两份。
""",
            "附件1 任务": """
附件1
重点任务清单
序号 | 重点领域 | 工作任务 | 责任单位 | 完成时限
1 | 绿色低碳 | 建零碳园区一个 | 发改委 | 2024-12-31
2 | 绿色低碳 | 推广绿电 | 能源局 | 2023-12-31
""",
            "附件2 项目": """
附件2
重点项目清单（单位：万元）
序号 | 项目名称 | 建设地点 | 所属行业 | 建设阶段 | 总投资 | 责任单位
1 | 零碳园区一期 | 济南市 | 绿色低碳 | 前期 | 45000 | 发改委
""",
        },
        {"measures": 2, "sections": 1, "projects": 1, "categories": 1, "departments": 2},
        merged={"附件1 任务": "A2:E2", "附件2 项目": "A2:G2"},
        measures=(("1", "建零碳园区一个", "发改委", "2024-12-31", "绿色低碳"),),
        projects=(("1", "零碳园区一期", "济南市", 45_000, "绿色低碳", ""),),
    ),
    Layout(
        "指标表, with codes",
        "xls",
        {
            "指标": """
高质量发展主要指标
指标代码 | 指标名称 | 计量单位 | 指标性质 | 牵头单位
gdp | 地区生产总值 | 亿元 | 正向 | 市统计局
pm25 | 细颗粒物浓度 | 微克/立方米 | 逆向 | 市生态环境局
"""
        },
        {"indicators": 2, "departments": 2},
        merged={"指标": "A1:E1"},
        indicators=(("pm25", "细颗粒物浓度", "down", "市生态环境局"),),
    ),
    Layout(
        "主要指标表, without codes",
        "xlsx",
        {
            "主要指标": """
节能降碳主要指标
序号 | 指标名称 | 单位 | 责任单位
1 | 单位产值能耗 | 吨标准煤/万元 | 环资司
2 | 单位产值能耗下降率 | % | 环资司
3 | 2029年完成改造项目数 | 个 | 产业司
"""
        },
        {"indicators": 3, "departments": 2},
        merged={"主要指标": "A1:D1"},
        indicators=(
            ("dan_wei_chan_zhi_neng_hao", "单位产值能耗", "down", "环资司"),
            ("dan_wei_chan_zhi_neng_hao_xia_jiang_lu", "单位产值能耗下降率", "up", "环资司"),
            ("indicator_2029_nian_wan_cheng_gai_zao_xiang_mu", "2029年完成改造项目数", "up", "产业司"),
        ),
    ),
)
