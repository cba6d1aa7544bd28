/// The operations of Python's pickle machine that verification packs use (all are described in
/// Python's `pickletools`). Others are rejected by name.
enum PickleOpcode: UInt8 {
    case mark = 0x28  // (
    case stop = 0x2e  // .
    case pop = 0x30  // 0
    case popMark = 0x31  // 1
    case duplicate = 0x32  // 2
    case binaryBytes = 0x42  // B
    case shortBinaryBytes = 0x43  // C
    case integer = 0x49  // I
    case binaryInteger = 0x4a  // J
    case binaryInteger1 = 0x4b  // K
    case long = 0x4c  // L
    case binaryInteger2 = 0x4d  // M
    case none = 0x4e  // N
    case reduce = 0x52  // R
    case string = 0x53  // S
    case binaryString = 0x54  // T
    case shortBinaryString = 0x55  // U
    case unicode = 0x56  // V
    case binaryUnicode = 0x58  // X
    case emptyList = 0x5d  // ]
    case append = 0x61  // a
    case build = 0x62  // b
    case global = 0x63  // c
    case appends = 0x65  // e
    case get = 0x67  // g
    case binaryGet = 0x68  // h
    case longBinaryGet = 0x6a  // j
    case list = 0x6c  // l
    case put = 0x70  // p
    case binaryPut = 0x71  // q
    case longBinaryPut = 0x72  // r
    case tuple = 0x74  // t
    case emptyTuple = 0x29  // )
    case protocolVersion = 0x80
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case newTrue = 0x88
    case newFalse = 0x89
    case long1 = 0x8a
    case shortBinaryUnicode = 0x8c
    case binaryUnicode8 = 0x8d
    case binaryBytes8 = 0x8e
    case stackGlobal = 0x93
    case memoize = 0x94
    case frame = 0x95
    case byteArray8 = 0x96

    /// Names, as in `pickletools`, of operations that are rejected.
    static let refused: [UInt8: String] = [
        0x46: "FLOAT", 0x47: "BINFLOAT", 0x50: "PERSID", 0x51: "BINPERSID", 0x64: "DICT",
        0x69: "INST", 0x6f: "OBJ", 0x73: "SETITEM", 0x75: "SETITEMS", 0x7d: "EMPTY_DICT",
        0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8b: "LONG4",
        0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
        0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
}
