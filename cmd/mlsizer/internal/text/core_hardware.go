package text

// deviceErrors are what is wrong with devices that are asked about.
var deviceErrors = map[string]Text{
	"device.unknown":                  T("%q: unknown device (want an id or alias of the hardware catalogue)", "%q：未知设备（应为硬件目录中的 id 或别名）"),
	"device.unknown-but-near":         T("%q: unknown device (want an id or alias of the hardware catalogue, such as %v)", "%q：未知设备（应为硬件目录中的 id 或别名，如 %v）"),
	"device.unknown-kind":             T("%q: unknown kind of device (want %v)", "%q：未知设备类别（应为 %v）"),
	"device.no-rate-at-all":           T("%q: no %v matrix rate known (no rate of this device is)", "%q：没有已知的 %v 矩阵速率（该设备没有任何已知速率）"),
	"device.no-rate-for-format":       T("%q: no %v matrix rate known (want %v)", "%q：没有已知的 %v 矩阵速率（应为 %v）"),
	"device.no-network-between-nodes": T("%q: the network between nodes is not known (want --scale-out, a bandwidth per device such as 50GB/s)", "%q：节点间网络未知（应给出 --scale-out，即每设备带宽，如 50GB/s）"),
	"device.no-torus":                 T("%q: has no torus, so no slice %v", "%q：没有环面网络，因此没有切片 %v"),
	"device.no-slice":                 QuotedValueFails,
	"format.unknown":                  T("%q: unknown number format (want %v, or mxfp8, nvfp4, mxfp4, mxfp6)", "%q：未知数值格式（应为 %v，或 mxfp8、nvfp4、mxfp4、mxfp6）"),
	"cluster.empty":                   T("%q: no device (want a device with a count, such as h100x8)", "%q：没有设备（应为设备与数量，如 h100x8）"),
	"cluster.no-device":               T("no device (want one of the catalogue)", "没有设备（应为目录中的设备）"),
	"cluster.count-not-whole":         T("%q: not a whole number of devices (want 1 to %d)", "%q：设备数不是整数（应为 1 至 %d）"),
	"cluster.count-out-of-range":      T("%q: %d devices (want 1 to %d)", "%q：%d 台设备（应为 1 至 %d）"),
	"cluster.bad-count":               T("number of devices: %v", "设备数：%v"),
	"cluster.bad-node-size":           T("%d devices per node (want 1 to %d)", "每节点 %d 台设备（应为 1 至 %d）"),
	"cluster.bad-bandwidth":           T("%v between nodes (want a bandwidth above zero)", "节点间带宽 %v（应大于零）"),
	"torus.not-whole-slices":          T("%d chips are not whole slices of %v (want a multiple of %d)", "%d 个芯片不是 %v 切片的整数倍（应为 %d 的倍数）"),
	"torus.no-slice-of-count":         T("%d chips: no %dD torus slice, nor equal large ones, make that many (want %d or %d)", "%d 个芯片：没有这样大小的 %d 维环面切片，也不是若干相等的大切片（应为 %d 或 %d）"),
	"torus.no-slices-of-count":        T("%d chips: no %dD torus slice, nor equal large ones, make that many (want %d, or a multiple of %d)", "%d 个芯片：没有这样大小的 %d 维环面切片，也不是若干相等的大切片（应为 %d，或 %d 的倍数）"),
	"torus.negative-axis":             T("%v: negative axis in a slice", "%v：切片的轴为负"),
	"torus.no-such-slice-of-cubes":    T("%v: no such slice (want axes of multiples of 4, or 1x1x1, 1x2x2, 2x2x2, 2x2x4, 2x4x4, at most %v)", "%v：没有这样的切片（各轴应为 4 的倍数，或 1x1x1、1x2x2、2x2x2、2x2x4、2x4x4，至多 %v）"),
	"torus.no-such-flat-slice":        T("%v: no such slice (want axes of powers of two, square or one to two, at most %v)", "%v：没有这样的切片（各轴应为 2 的幂，长宽相等或一比二，至多 %v）"),
}

// deviceFileErrors are what is wrong with a file of devices.
var deviceFileErrors = map[string]Text{
	"device-file.fails":              Fails,
	"device-file.fails-at":           T("%s:%d:%d: %v", "%s:%d:%d：%v"),
	"device-file.column-fails":       CauseFails,
	"device-file.empty":              T("empty (want a header row and one row per device)", "文件为空（应有表头，其后每台设备一行）"),
	"device-file.header-alone":       T("a header and no device under it (want one row per device)", "表头之下没有设备（应每台设备一行）"),
	"device-file.unknown-column":     UnknownColumn,
	"device-file.no-column":          T("no column %q (want at least id, name, kind, memory_gib, memory_gb_per_s, sources and a rate)", "没有列 %q（至少应有 id、name、kind、memory_gib、memory_gb_per_s、sources 与一个速率）"),
	"device-file.blank-cell":         BlankCell,
	"device-file.blank-key":          T("%s is blank (want a value in every device)", "%s 为空（每台设备都应有值）"),
	"device-file.unknown-key":        T("%q: unknown or repeated key (want %v)", "%q：未知或重复的键（应为 %v）"),
	"device-file.nested-value":       T("%s: a list or an object (want a string or a number)", "%s：值为列表或对象（应为字符串或数）"),
	"device-file.not-a-device":       T("not a device (want an object, or an array of objects, with the columns as keys)", "不是设备（应为以各列为键的对象，或这种对象的数组）"),
	"device-file.no-device":          T("no device (want an array of objects with the columns as keys)", "没有设备（应为以各列为键的对象的数组）"),
	"device-file.json-ends":          T("unexpected end of JSON", "JSON 意外结束"),
	"device-file.text-after-devices": T("text after the devices (want one JSON value)", "设备之后还有内容（应只有一个 JSON 值）"),
}

// deviceRowErrors are what is wrong with a device of a file.
var deviceRowErrors = map[string]Text{
	"device.id-taken":             T("id %q is taken by %q (want a name of its own)", "id %q 已属于 %q（应另取名称）"),
	"device.alias-taken":          T("alias %q is taken by %q (want a name of its own)", "别名 %q 已属于 %q（应另取名称）"),
	"device.bad-id":               T("%q: not an id (want lower-case letters, digits, dots, plus signs and dashes)", "%q：不是 id（应由小写字母、数字、点、加号与短横组成）"),
	"device.bad-alias":            T("%q: not an alias (want lower-case letters, digits, dots, plus signs and dashes)", "%q：不是别名（应由小写字母、数字、点、加号与短横组成）"),
	"device.neither-yes-nor-no":   T("%q: neither yes nor no (want yes, no, or nothing)", "%q：既非 yes 也非 no（应为 yes、no 或留空）"),
	"device.unknown-confidence":   T("%q: unknown confidence (want high, medium or low)", "%q：未知的可信度（应为 high、medium 或 low）"),
	"device.not-in-range":         T("%q: not a number from %v to %v (want a figure such as 80 or 79.65, or nothing where it is not known)", "%q：不是 %v 至 %v 之间的数（应为数值，如 80 或 79.65，未知则留空）"),
	"device.not-whole-in-range":   T("%q: not a whole number in range (want %d to %d)", "%q：不是范围内的整数（应为 %d 至 %d）"),
	"device.no-rates-and-no-note": T("no rate at all (want one of bf16_tflops, fp16_tflops, …, or a note that says why there is none)", "没有任何速率（应有 bf16_tflops、fp16_tflops 等之一，或用 note 说明为何没有）"),
	"device.half-a-link":          T("half a scale-up link (want link_gb_per_s and link_domain together, or neither)", "互联不完整（link_gb_per_s 与 link_domain 应同时给出或都不给）"),
	"device.half-a-torus":         T("half a torus (want torus_max and torus_link_gb_per_s together, or neither)", "环面不完整（torus_max 与 torus_link_gb_per_s 应同时给出或都不给）"),
	"device.part-of-a-price":      T("part of a price (want usd_per_hour, price_date and price_source together, or none)", "价格不完整（usd_per_hour、price_date 与 price_source 应同时给出或都不给）"),
	"torus.bad-axis":              T("%q: not the shape of a torus (want two or three axes of 1 to 1024, such as 16x16 or 16x20x28)", "%q：不是环面形状（应为两个或三个 1 至 1024 的轴，如 16x16 或 16x20x28）"),
	"torus.bad-number-of-axes":    T("%q: not the shape of a torus (want two or three axes, such as 16x16 or 16x20x28)", "%q：不是环面形状（应为两个或三个轴，如 16x16 或 16x20x28）"),
}
