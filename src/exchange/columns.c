/* columns.c - see columns.h. */
#include "exchange/columns.h"

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const struct column_spec area_columns[] = {
    {"code", true, "行政区划代码", "Area code",
     NAMES("区划代码", "代码", "统计用区划代码", "编码", "code")},
    {"name", true, "名称", "Name",
     NAMES("区域名称", "区划名称", "行政区划名称", "村居名称", "社区名称", "村（居）名称")},
    {"kind", false, "类别", "Kind", NAMES("类型", "性质", "城乡分类")},
    {"parent_code", false, "上级代码", "Parent code",
     NAMES("上级区划代码", "父级代码", "所属街道代码", "所属镇街代码", "town_code")},
    {"parent_name", false, "上级名称", "Parent name",
     NAMES("上级区划名称", "所属街道", "所属镇街", "所属乡镇", "town_name")},
    {"district_code", false, "区县代码", "District code", NAMES("所属区县代码")},
    {"district_name", false, "区县名称", "District name", NAMES("所属区县", "区县")},
    {"order_no", false, "排序号", "Order number", NAMES("排序", "顺序号")},
};

static const struct column_spec unit_columns[] = {
    {"code", false, "单位代码", "Unit code",
     NAMES("单位编码", "组织机构代码", "统一社会信用代码", "编码", "代码")},
    {"name", true, "单位名称", "Unit name",
     NAMES("名称", "单位", "单位全称", "部门名称", "责任单位")},
    {"short_name", false, "简称", "Short name", NAMES("单位简称")},
    {"kind", false, "单位类别", "Unit kind", NAMES("类别", "单位类型", "类型", "单位性质")},
    {"parent", false, "上级单位", "Parent unit",
     NAMES("主管单位", "主管部门", "隶属单位", "所属单位")},
    {"area_code", false, "行政区划代码", "Area code", NAMES("区划代码", "所辖区划代码")},
    {"area", false, "所属街道", "Area", NAMES("所属镇街", "所属区域", "辖区", "街道", "乡镇")},
    {"contact", false, "联系人", "Contact", NAMES("联络员", "联系人姓名", "负责人")},
    {"phone", false, "联系电话", "Telephone",
     NAMES("手机", "电话", "手机号", "手机号码", "联系方式")},
    {"order_no", false, "排序号", "Order number", NAMES("排序", "顺序号")},
};

static const struct column_spec person_columns[] = {
    {"name", true, "姓名", "Name", NAMES("人员姓名", "联络员", "联系人")},
    {"unit", true, "单位", "Unit", NAMES("单位名称", "所在单位", "工作单位", "责任单位", "部门")},
    {"title", false, "职务", "Title", NAMES("职务职称", "岗位", "职位")},
    {"phone", false, "手机", "Mobile",
     NAMES("手机号", "手机号码", "联系电话", "电话", "联系方式", "移动电话")},
    {"login", false, "登录名", "Login", NAMES("账号", "用户名", "登录账号")},
    {"role", false, "角色", "Role", NAMES("系统角色", "权限")},
    {"area", false, "负责区域", "Area", NAMES("包联区域", "所属街道", "所属社区", "网格")},
    {"external_id", false, "人员编号", "External id", NAMES("工号", "编号")},
    {"order_no", false, "排序号", "Order number", NAMES("排序", "顺序号")},
};

static const struct column_spec site_columns[] = {
    {"code", false, "点位编号", "Site code", NAMES("点位编码", "编号", "编码", "点位代码")},
    {"name", true, "点位名称", "Site name",
     NAMES("名称", "点位", "测评点位", "实地点位", "点位名称（全称）", "场所名称")},
    {"category", true, "点位类型", "Site type",
     NAMES("点位类别", "类型", "类别", "测评点位类型", "点位分类", "所属类别", "category_code",
           "type_code")},
    {"address", false, "地址", "Address",
     NAMES("详细地址", "点位地址", "具体地址", "所在地址", "位置")},
    {"area_code", false, "行政区划代码", "Area code",
     NAMES("区划代码", "所属区划代码", "社区代码")},
    {"town", false, "所属街道", "Town",
     NAMES("街道", "乡镇", "镇街", "所属镇街", "所属街道（镇）", "街道（镇）")},
    {"village", false, "所属社区", "Community",
     NAMES("社区", "村居", "所属村居", "村（社区）", "所属村（居）")},
    {"subject_unit", false, "主体单位", "Subject unit",
     NAMES("责任单位", "主体责任单位", "责任主体", "管理单位", "业主单位", "牵头单位")},
    {"territory_unit", false, "属地单位", "Territory unit",
     NAMES("属地责任单位", "属地", "属地街道")},
    {"supervising_unit", false, "监管单位", "Supervising unit",
     NAMES("行业主管部门", "主管部门", "行业监管单位", "监管部门", "行业主管单位")},
    {"contact", false, "联系人", "Contact",
     NAMES("点位联系人", "负责人", "联络员", "责任人", "点位长")},
    {"phone", false, "联系电话", "Telephone",
     NAMES("手机", "电话", "手机号", "手机号码", "联系方式")},
    {"lon", false, "经度", "Longitude", NAMES("lng", "longitude", "lon_wgs84", "经度（WGS84）")},
    {"lat", false, "纬度", "Latitude", NAMES("latitude", "lat_wgs84", "纬度（WGS84）")},
    {"lon_gcj02", false, "经度GCJ02", "Longitude GCJ-02",
     NAMES("lng_gcj02", "gcj02经度", "高德经度", "火星经度")},
    {"lat_gcj02", false, "纬度GCJ02", "Latitude GCJ-02",
     NAMES("gcj02纬度", "高德纬度", "火星纬度")},
    {"external_id", false, "外部编号", "External id", NAMES("原编号", "来源编号", "id")},
    {"note", false, "备注", "Note", NAMES("说明")},
};

static const struct column_spec standard_columns[] = {
    {"code", true, "条目编号", "Criterion code",
     NAMES("条目代码", "编号", "指标编号", "item_code")},
    {"category_code", false, "类别代码", "Category code", NAMES("点位类型代码", "type_code")},
    {"category_name", false, "类别名称", "Category", NAMES("点位类型", "类别", "type")},
    {"order_no", false, "排序号", "Order number", NAMES("排序", "顺序号")},
    {"text_zh", true, "条目内容", "Criterion",
     NAMES("测评内容", "测评标准", "测评要求", "内容", "item")},
    {"text_en", false, "条目内容英文", "Criterion in English", NULL},
    {"method", false, "测评方法", "Method", NAMES("测评方式", "方法")},
    {"how_zh", false, "评判方法", "How to judge", NAMES("评判说明", "评分办法", "评分标准")},
    {"how_en", false, "评判方法英文", "How to judge in English", NULL},
    {"mode", false, "计分方式", "Judging mode", NAMES("评判方式")},
    {"mode_params", false, "计分参数", "Parameters of the mode", NULL},
    {"weight", false, "分值", "Weight", NAMES("权重", "分数")},
    {"severity", false, "重要程度", "Severity", NULL},
    {"veto", false, "一票否决", "Veto", NULL},
    {"limit_kind", false, "时限类别", "Kind of limit", NULL},
    {"limit_amount", false, "整改时限", "Limit", NAMES("时限")},
    {"close_zh", false, "销号条件", "Closing condition", NAMES("整改要求", "销号标准")},
    {"close_en", false, "销号条件英文", "Closing condition in English", NULL},
    {"territory_dept", false, "属地责任", "Territory", NAMES("属地单位", "属地责任单位")},
    {"subject_dept", false, "主体责任", "Subject", NAMES("主体单位", "主体责任单位")},
    {"supervising_dept", false, "监管责任", "Supervising department",
     NAMES("牵头部门", "责任部门", "监管部门", "行业主管部门", "lead_dept")},
    {"dimension", false, "维度", "Dimension", NULL},
    {"sources", false, "来源", "Sources", NULL},
    {"field_sources", false, "各项来源", "Sources of values", NULL},
    {"active", false, "启用", "Active", NULL},
};

static const struct column_spec problem_columns[] = {
    {"id", false, "记录标识", "Record id", NAMES("uuid")},
    {"number", false, "编号", "Number", NAMES("问题编号", "案件编号", "案卷编号", "任务号")},
    {"external_id", false, "外部编号", "External id",
     NAMES("原编号", "来源编号", "工单编号", "工单号", "案卷号", "诉求编号", "受理编号", "SRRecordID",
           "ServiceRequestNum", "service_request_id", "留言编号")},
    {"state", false, "状态", "State",
     NAMES("办理状态", "案件状态", "整改状态", "处理状态", "当前状态", "问题状态", "SRStatus", "status")},
    {"source", false, "来源", "Source", NAMES("问题来源", "案件来源")},
    {"reported", true, "发现时间", "Reported",
     NAMES("上报时间", "反映时间", "受理时间", "创建时间", "登记时间", "发生时间", "检查时间", "CreatedDate",
           "requested_datetime", "留言时间", "发现日期", "上报日期")},
    {"registered", false, "立案时间", "Registered", NULL},
    {"dispatched", false, "交办时间", "Dispatched", NAMES("派遣时间", "派单时间", "转办时间", "交办日期")},
    {"due", false, "整改时限", "Due",
     NAMES("截止时间", "办理期限", "办结期限", "限办时间", "应完成时间", "整改期限", "截止日期", "DueDate",
           "expected_datetime")},
    {"rectified", false, "完成时间", "Rectified",
     NAMES("反馈时间", "整改完成时间", "处置时间", "完成日期", "整改时间")},
    {"closed", false, "销号时间", "Closed",
     NAMES("结案时间", "办结时间", "关闭时间", "CloseDate", "closed_date", "结案日期", "办结日期", "销号日期")},
    {"unit", false, "责任单位", "Unit",
     NAMES("承办单位", "处置单位", "办理单位", "处置部门", "承办部门", "整改单位", "责任部门", "Agency",
           "agency_responsible")},
    {"unit_code", false, "责任单位代码", "Unit code", NULL},
    {"site_code", false, "点位编号", "Site code", NAMES("点位编码")},
    {"site", false, "点位", "Site", NAMES("点位名称", "点位/类型", "场所名称", "测评点位")},
    {"area_code", false, "行政区划代码", "Area code", NAMES("区划代码", "所属区划代码")},
    {"area", false, "所属街道", "Town", NAMES("街道", "乡镇", "镇街", "所属镇街", "区域")},
    {"community", false, "所属社区", "Community", NAMES("社区", "村居", "村（社区）", "所属村居")},
    {"category", false, "类别", "Category",
     NAMES("问题类别", "问题类型", "案件类别", "案件类型", "点位类型", "诉求类别", "大类", "SRType",
           "service_name")},
    {"criterion", false, "标准项", "Criterion", NAMES("标准项编号", "条目编号", "测评条目", "标准项(编号)")},
    {"description", false, "问题描述", "Description",
     NAMES("描述", "问题", "问题内容", "内容", "诉求内容", "案件描述", "存在问题", "description", "留言详情")},
    {"place", false, "地址", "Place",
     NAMES("位置", "详细地址", "地点", "问题地点", "发生地点", "案发地址", "Address")},
    {"lon", false, "经度", "Longitude", NAMES("lng", "longitude", "long", "lon_wgs84")},
    {"lat", false, "纬度", "Latitude", NAMES("latitude", "lat_wgs84")},
    {"lon_gcj02", false, "经度GCJ02", "Longitude GCJ-02", NAMES("lng_gcj02", "gcj02经度", "高德经度", "火星经度")},
    {"lat_gcj02", false, "纬度GCJ02", "Latitude GCJ-02", NAMES("gcj02纬度", "高德纬度", "火星纬度")},
    {"severity", false, "重要程度", "Severity", NAMES("紧急程度")},
    {"typical", false, "典型问题", "Typical", NAMES("典型")},
    {"kind", false, "办理类别", "Kind of problem", NULL},
    {"limit_kind", false, "时限类别", "Kind of limit", NULL},
    {"limit_amount", false, "时限数量", "Amount of limit", NULL},
    {"overdue", false, "曾超期", "Was overdue", NULL},
    {"exempt", false, "超期免计", "Exempt", NULL},
    {"rework_count", false, "重改次数", "Reworks", NAMES("返工次数", "退回次数")},
    {"status_there", false, "原状态", "Status there", NULL},
    {"kind_there", false, "原类别", "Kind there", NULL},
    {"unit_there", false, "原单位", "Unit there", NULL},
    {"number_there", false, "原系统编号", "Number there", NULL},
};

static const struct column_spec duty_columns[] = {
    {"kind", true, "责任类别", "Duty", NAMES("分工类别", "职责类别", "类别", "责任类型")},
    {"person", true, "姓名", "Name", NAMES("责任人", "人员姓名", "包保领导", "联络员", "网格员", "站长")},
    {"unit", false, "单位", "Unit", NAMES("单位名称", "所在单位", "工作单位")},
    {"person_id", false, "人员编号", "Person's number", NAMES("工号")},
    {"phone", false, "手机", "Mobile", NAMES("手机号", "手机号码", "联系电话", "电话")},
    {"area_code", false, "行政区划代码", "Area code", NAMES("区划代码")},
    {"area", false, "负责区域", "Area", NAMES("包保区域", "包联区域", "所属街道", "所属社区", "网格", "挂钩社区")},
    {"site_code", false, "点位编号", "Site code", NAMES("点位编码")},
    {"site", false, "点位名称", "Site", NAMES("点位", "包保点位", "负责点位")},
    {"place_unit", false, "负责单位", "Unit answered for", NAMES("包保单位", "挂点单位", "联系单位")},
    {"from", false, "开始时间", "From", NAMES("起始时间", "开始日期", "生效日期")},
    {"to", false, "结束时间", "To", NAMES("截止时间", "结束日期", "终止日期")},
    {"note", false, "备注", "Note", NAMES("说明")},
};

static const struct column_spec matrix_columns[] = {
    {"criterion", false, "条目编号", "Criterion code", NAMES("条目代码", "标准项编号", "指标编号")},
    {"category", false, "类别代码", "Category code", NAMES("点位类型代码")},
    {"area_code", false, "行政区划代码", "Area code", NAMES("区划代码", "区域", "所属街道", "适用区域")},
    {"lead", true, "牵头方", "Who leads", NAMES("牵头", "牵头责任", "牵头角色")},
    {"territory_unit", false, "属地单位", "Territory unit", NAMES("属地责任单位", "属地责任")},
    {"subject_unit", false, "主体单位", "Subject unit", NAMES("主体责任单位", "主体责任")},
    {"supervising_unit", false, "监管单位", "Supervising unit", NAMES("行业主管部门", "监管责任单位", "监管责任", "行业监管单位")},
    {"support", false, "协同单位", "Units in support", NAMES("配合单位", "责任单位（配合）", "协办单位")},
    {"work_standard", false, "工作标准", "Work standard", NULL},
    {"deadline", false, "完成时限", "Deadline", NAMES("时限")},
    {"due", false, "完成日期", "Due", NULL},
    {"measures", false, "措施要求", "Measures", NAMES("工作措施", "具体措施")},
    {"person", false, "责任人员", "Person", NAMES("责任人")},
    {"from", false, "开始时间", "From", NAMES("生效日期")},
    {"to", false, "结束时间", "To", NAMES("失效日期")},
};

static const struct column_spec facility_columns[] = {
    {"id", false, "记录标识", "Record id", NAMES("uuid")},
    {"site_code", false, "点位编号", "Site code", NAMES("点位编码")},
    {"site", false, "点位名称", "Site", NAMES("点位", "所在点位", "所属点位")},
    {"kind", true, "设施类别", "Kind", NAMES("种类", "设施种类", "宣传品类别", "类别", "类型")},
    {"name", true, "名称", "Name", NAMES("设施名称", "宣传品名称", "设施")},
    {"position", false, "位置", "Position", NAMES("具体位置", "安装位置", "设置位置")},
    {"width_mm", false, "宽（毫米）", "Width in mm", NAMES("宽", "宽度", "宽(mm)")},
    {"height_mm", false, "高（毫米）", "Height in mm", NAMES("高", "高度", "高(mm)")},
    {"edition", false, "内容版本", "Edition", NAMES("宣传内容", "画面内容", "版面内容")},
    {"edition_label", false, "版次", "Edition label", NAMES("版本号")},
    {"condition", false, "完好状况", "Condition", NAMES("状况", "完好情况", "设施状况")},
    {"checked", false, "检查时间", "Checked", NAMES("巡检时间", "检查日期", "巡检日期")},
    {"state", false, "使用状态", "State", NAMES("状态")},
    {"note", false, "备注", "Note", NAMES("说明")},
    {"external_id", false, "外部编号", "External id", NAMES("设施编号", "资产编号", "编号")},
};

static const struct column_spec frontage_columns[] = {
    {"code", false, "门店编号", "Shop code", NAMES("商户编号", "店铺编号", "编号", "门牌编号")},
    {"name", true, "店招", "Shop", NAMES("店名", "商户名称", "店铺名称", "门店名称", "单位名称", "名称")},
    {"trade", false, "业态", "Trade", NAMES("经营类别", "经营范围", "行业")},
    {"area_code", false, "行政区划代码", "Area code", NAMES("区划代码", "社区代码")},
    {"area", false, "所属社区", "Area", NAMES("社区", "村居", "所属街道", "街道", "区域")},
    {"site_code", false, "点位编号", "Site code", NAMES("点位编码")},
    {"site", false, "点位名称", "Site", NAMES("点位", "所属路段", "路段")},
    {"unit", false, "管理单位", "Unit", NAMES("责任单位", "管理部门", "监管单位")},
    {"place", false, "地址", "Address", NAMES("详细地址", "门牌号", "位置", "门牌地址")},
    {"lon", false, "经度", "Longitude", NAMES("lng", "longitude", "lon_wgs84")},
    {"lat", false, "纬度", "Latitude", NAMES("latitude", "lat_wgs84")},
    {"lon_gcj02", false, "经度GCJ02", "Longitude GCJ-02", NAMES("lng_gcj02", "gcj02经度", "高德经度", "火星经度")},
    {"lat_gcj02", false, "纬度GCJ02", "Latitude GCJ-02", NAMES("gcj02纬度", "高德纬度", "火星纬度")},
    {"keeper", false, "负责人", "Keeper", NAMES("经营者", "店主", "联系人", "责任人", "法定代表人")},
    {"phone", false, "联系电话", "Telephone", NAMES("手机", "电话", "手机号", "手机号码", "联系方式")},
    {"signed", false, "签订时间", "Signed", NAMES("签订日期", "责任书签订日期", "责任书签订时间", "签约日期")},
    {"checked", false, "检查时间", "Checked", NAMES("巡查时间", "检查日期")},
    {"state", false, "使用状态", "State", NAMES("状态", "经营状态", "营业状态")},
    {"note", false, "备注", "Note", NAMES("说明")},
    {"external_id", false, "外部编号", "External id", NAMES("统一社会信用代码", "营业执照号")},
};

static const struct column_spec limit_rule_columns[] = {
    {"name", true, "规则名称", "Name", NAMES("名称", "规则")},
    {"basis", false, "依据", "Basis", NAMES("文件依据", "来源")},
    {"criterion", false, "条目编号", "Criterion code", NAMES("条目代码", "标准项编号", "指标编号")},
    {"category", false, "类别代码", "Category code", NAMES("点位类型代码")},
    {"kind", false, "办理类别", "Kind of problem", NULL},
    {"area_class", false, "区域类别", "Class of area", NAMES("区域等级", "管理等级")},
    {"severity", false, "重要程度", "Severity", NAMES("紧急程度")},
    {"season_from", false, "季节起", "Season from", NULL},
    {"season_to", false, "季节止", "Season to", NULL},
    {"limit_kind", true, "时限类别", "Kind of limit", NAMES("时限单位")},
    {"limit_amount", true, "整改时限", "Limit", NAMES("时限", "时限数量")},
    {"from", false, "开始时间", "From", NAMES("生效日期", "生效时间")},
    {"to", false, "结束时间", "To", NAMES("失效日期", "失效时间")},
};

static const struct column_spec calendar_day_columns[] = {
    {"date", true, "日期", "Date", NAMES("date")},
    {"kind", true, "类别", "Kind", NAMES("类型", "kind", "安排")},
    {"name_zh", false, "名称", "Name", NAMES("节日", "说明", "name_zh")},
    {"name_en", false, "英文名称", "English name", NAMES("name_en")},
};

#define SET(kind, specs)                                                                           \
    {                                                                                              \
        kind, specs, sizeof(specs) / sizeof *(specs)                                               \
    }
static const struct column_set sets[] = {
    SET("areas", area_columns), SET("units", unit_columns),        SET("people", person_columns),
    SET("sites", site_columns), SET("standard", standard_columns), SET("problems", problem_columns),
    SET("duties", duty_columns), SET("matrix", matrix_columns),
    SET("facilities", facility_columns), SET("frontages", frontage_columns), SET("limit_rules", limit_rule_columns),
    SET("calendar_days", calendar_day_columns),
};

const struct column_set *columns_of(struct str kind)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (str_is(kind, sets[i].kind))
            return &sets[i];
    return NULL;
}
