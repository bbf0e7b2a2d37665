"""What is said of whole files, archives and tables that cannot be read as they are, by finding."""

from collections.abc import Mapping
from typing import Final

FILE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unknown_format": (
        "无法识别的文件格式;可用 GeoJSON、GeoPackage、Shapefile(zip 或 shp 及同名文件)、CSV、xlsx。",
        "No known format; give GeoJSON, GeoPackage, a Shapefile (zip, or shp with its sisters), CSV or xlsx.",
    ),
    "not_readable": (
        "作为 {format} 无法读取({why});文件可能已损坏,请重新导出。",
        "It cannot be read as {format} ({why}); it may be damaged, export it again.",
    ),
    "file_too_large": (
        "文件有 {megabytes} MB,超过上限 {limit} MB;请拆分后导入。",
        "The file has {megabytes} MB, more than {limit}; split it and import the parts.",
    ),
    "reader_stopped": (
        "读取时超出{what_zh}限制,已中止;请拆分或简化文件。",
        "Reading was stopped at the limit of {what_en}; split or simplify the file.",
    ),
    "reader_not_isolated": (
        "本机无法在隔离进程中读取此格式,未打开文件;请改用 GeoJSON 或 CSV。",
        "This machine cannot read the format in isolation, so the file was not opened; use GeoJSON or CSV.",
    ),
    "which_layer": (
        "文件有 {count} 个图层({layers});请用 --layer 指明一个。",
        "The file has {count} layers ({layers}); name one with --layer.",
    ),
    "no_such_layer": (
        "没有图层 {layer};文件里有:{layers}。",
        "There is no layer {layer}; the file has: {layers}.",
    ),
    "missing_sister": (
        "Shapefile 缺少 {missing} 文件;请把同名的 shp、shx、dbf 一起提供。",
        "The Shapefile lacks its {missing}; give shp, shx and dbf of one name together.",
    ),
    "encoding_unknown": (
        "文字编码无法确定;请用 --encoding 指明。各编码读出的样子:{readings}。",
        "The encoding of the text is not certain; say it with --encoding. It would read: {readings}.",
    ),
    "encoding_wrong": (
        "文字不是所指明的 {said} 编码;各编码读出的样子:{readings}。",
        "The text is not in {said} as was said. It would read: {readings}.",
    ),
    "encoding_contradicted": (
        "文件写明编码为 {declared},内容却不像;请核对后用 --encoding 指明。各编码读出的样子:{readings}。",
        "The file says {declared}, its text speaks against it; use --encoding. It would read: {readings}.",
    ),
    "text_cut": (
        "字段 {property} 在第 {first} 行等 {count} 处被截断,末字不全;请核对名称。",
        "Column {property} is cut within a character in {count} rows, first in row {first}; check the names.",
    ),
    "crs_not_stated": (
        "文件没有写明坐标系,按声明的 {declared} 读取。",
        "The file states no coordinate system; {declared} was taken as declared.",
    ),
    "crs_blurred": (
        "{declared}({title})到 WGS84 没有公开的米级转换(误差约 {metres} 米);请索取 CGCS2000 数据,或明确接受。",
        "{declared} ({title}) reaches WGS84 only within {metres} m; ask for CGCS2000 data, or accept it by name.",
    ),
    "geometry_unreadable": (
        "边界无法读取;应为 WKT 或文件格式规定的几何。",
        "The boundary cannot be read; it must be WKT, or the geometry of the format.",
    ),
    "antimeridian": (
        "边界宽过半个地球,可能跨越 180° 经线;请在 180° 处切成两块面。",
        "The boundary is half the earth wide, perhaps across longitude 180; cut it there into two parts.",
    ),
    "lost_digits": (
        "字段 {property} 里的长编码以数字存放,末几位已丢失;请改为文本格式重新导出。",
        "The long code in {property} was stored as a number and lost digits; export it as text.",
    ),
    "no_level": (
        "字段 {property} 里没有可识别的级别(区县、街道、社区、网格、楼栋);请补上,或用 --level 指明。",
        "No known level in {property} (district, street, community, grid, building_group); use --level.",
    ),
    "above_the_ground": (
        "省、地市级的行不属于本区,已略过。",
        "A province or prefecture is above this district; the row was left out.",
    ),
    "no_code_column": (
        "没有编码列 {property},表头也认不出;表头是:{headers}。请用 --code-field 指明。",
        "No column {property} and no header that says code among: {headers}. Use --code-field.",
    ),
    "double_header": (
        "表头 {header} 出现两次;请改成不同的名称。",
        "The header {header} stands twice; rename one.",
    ),
    "ragged_row": (
        "这一行有 {cells} 格,表头有 {headers} 格;请检查逗号和引号。",
        "The row has {cells} cells, the header {headers}; look for a stray comma or quotation mark.",
    ),
    "empty_table": (
        "表里没有数据行。",
        "The table has no rows below its header.",
    ),
    "archive_damaged": (
        "压缩包已损坏,无法解开;请重新打包。",
        "The archive is damaged; pack it again.",
    ),
    "archive_slip": (
        "压缩包内的文件名 {member} 指向包外;已拒绝。",
        "The name {member} in the archive points outside of it; refused.",
    ),
    "archive_symlink": (
        "压缩包内的 {member} 是链接或特殊文件;已拒绝。",
        "The member {member} is a link or a special file; refused.",
    ),
    "archive_bomb": (
        "压缩包解开后过大({why_zh});已拒绝。",
        "The archive unpacks to too much ({why_en}); refused.",
    ),
    "archive_nested": (
        "压缩包里还有压缩包 {member};请解开后再打包。",
        "There is an archive in the archive, {member}; unpack it first.",
    ),
    "archive_encrypted": (
        "文件有密码;请去掉密码后提供。",
        "The file has a password; take it off first.",
    ),
    "archive_mixed": (
        "压缩包里有多个图层({layers});请每包只放一个。",
        "The archive holds several layers ({layers}); pack one in each.",
    ),
    "archive_empty": (
        "压缩包里没有可读的图层。",
        "There is no layer to read in the archive.",
    ),
}
