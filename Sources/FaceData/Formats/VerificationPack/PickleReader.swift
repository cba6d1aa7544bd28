import Spelling

/// A pickle machine that only creates data.
///
/// It implements the operations for lists, tuples, numbers, strings and numpy arrays, in protocols
/// 0 to 5. It imports and calls nothing: the few names that it accepts are interpreted as arrays
/// and bytes; everything else is rejected by name. Memory is bounded by ``maxValues`` and
/// ``maxStacked``, whatever the file contains.
struct PickleReader: ~Copyable {
    /// The most values of a pickle.
    static let maxValues = 1 << 23
    /// The most values on the stack, and in the memo.
    static let maxStacked = 1 << 22
    /// The longest text that can be a name, in bytes.
    static let maxNameBytes = 256

    var cursor: ByteCursor
    /// All values; indices 0 to 3 are None, False, True and the empty tuple.
    private(set) var values: [PickleValue] = [
        .none, .boolean(false), .boolean(true), .tuple([]),
    ]
    private var stack: [Int] = []
    private var marks: [Int] = []
    private var memo: [Int: Int] = [:]
    /// Offset of the current operation.
    private var position = 0
    private var unpacked = 0
    private var items = 0

    init(_ store: any ByteStore) {
        cursor = ByteCursor(store)
    }

    /// Runs the machine to its end; returns the index of the resulting value.
    mutating func run() throws(FaceDataError) -> Int {
        while true {
            position = cursor.offset
            let byte = try cursor.byte()
            guard let opcode = PickleOpcode(rawValue: byte) else {
                let name = PickleOpcode.refused[byte] ?? "0x" + String(byte, radix: 16)
                throw refusal(
                    "the pickle uses \(name), which a list of images never needs; it is not executed"
                )
            }
            if opcode == .stop { return try pop() }
            try perform(opcode)
        }
    }

    /// Counts bytes held in memory; a pickle that needs more of them than its file has was made to
    /// exhaust memory.
    mutating func requireUnpacked(_ count: Int) throws(FaceDataError) {
        unpacked += count
        guard unpacked <= cursor.store.size else {
            throw refusal("the pickle expands to more bytes than it contains")
        }
    }

    /// Counts the elements of lists and tuples, for the same reason.
    private mutating func requireItems(_ count: Int) throws(FaceDataError) {
        items += count
        guard items <= 2 * Self.maxValues else {
            throw refusal("the pickle's lists hold more than \(2 * Self.maxValues) values")
        }
    }

    func refusal(_ reason: String) -> FaceDataError {
        .badStructure(path: cursor.store.path, offset: position, reason: reason)
    }

    private mutating func perform(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .protocolVersion:
            let version = try cursor.byte()
            guard version <= 5 else { throw refusal("pickle protocol \(version) is not known") }
        case .frame: _ = try cursor.length(bytes: 8)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popMarked()
        case .duplicate: try push(at: top())
        case .none, .newFalse, .newTrue, .emptyTuple: try performConstant(opcode)
        case .integer, .long, .binaryInteger, .binaryInteger1, .binaryInteger2, .long1:
            try performNumber(opcode)
        case .binaryBytes, .shortBinaryBytes, .binaryBytes8, .byteArray8, .binaryString,
            .shortBinaryString, .string:
            try performBytes(opcode)
        case .unicode, .binaryUnicode, .shortBinaryUnicode, .binaryUnicode8:
            try performText(opcode)
        case .emptyList, .append, .appends, .list, .tuple, .tuple1, .tuple2, .tuple3:
            try performCollection(opcode)
        case .get, .binaryGet, .longBinaryGet, .put, .binaryPut, .longBinaryPut, .memoize:
            try performMemo(opcode)
        case .global, .stackGlobal, .reduce, .build: try performObject(opcode)
        case .stop: break
        }
    }

    private mutating func performConstant(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .newFalse: try push(at: 1)
        case .newTrue: try push(at: 2)
        case .emptyTuple: try push(at: 3)
        default: try push(at: 0)
        }
    }

    private mutating func performNumber(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .binaryInteger1: try push(.integer(Int(try cursor.byte())))
        case .binaryInteger2: try push(.integer(try cursor.length(bytes: 2)))
        case .binaryInteger:
            let bits = UInt32(try cursor.length(bytes: 4))
            try push(.integer(Int(Int32(bitPattern: bits))))
        case .long1: try push(.integer(try longInteger()))
        default:
            let line = try cursor.line(maxLength: 32)
            // True and False in protocols 0 and 1.
            if opcode == .integer, line == "00" || line == "01" {
                return try push(at: line == "01" ? 2 : 1)
            }
            let digits = opcode == .long && line.hasSuffix("L") ? String(line.dropLast()) : line
            guard let number = Int(digits) else {
                throw refusal("\(quoted: line) is not an integer")
            }
            try push(.integer(number))
        }
    }

    private mutating func longInteger() throws(FaceDataError) -> Int {
        let count = Int(try cursor.byte())
        guard count <= 8 else { throw refusal("a number of \(count) bytes is too large") }
        var bits: UInt64 = 0
        for index in 0..<count { bits |= UInt64(try cursor.byte()) << (8 * UInt64(index)) }
        guard count > 0 else { return 0 }
        let unused = UInt64(64 - 8 * count)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
    }

    private mutating func performBytes(_ opcode: PickleOpcode) throws(FaceDataError) {
        let count: Int
        switch opcode {
        case .shortBinaryBytes, .shortBinaryString: count = Int(try cursor.byte())
        case .binaryBytes8, .byteArray8: count = try cursor.length(bytes: 8)
        case .string:
            let bytes = try quotedString()
            try requireUnpacked(bytes.count)
            return try push(.bytes(.unpacked(bytes)))
        default: count = try cursor.length(bytes: 4)
        }
        try push(.bytes(.stored(try cursor.skip(count))))
    }

    /// The string of protocol 0, as Python 2's `repr` writes it.
    private mutating func quotedString() throws(FaceDataError) -> [UInt8] {
        let line = try cursor.lineBytes(maxLength: ImageDecoder.maxBytes)
        guard let bytes = PythonLiteral.bytes(line) else {
            throw refusal("a protocol 0 string is not quoted as in Python")
        }
        return bytes
    }

    private mutating func performText(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .unicode:
            let line = try cursor.lineBytes(maxLength: ImageDecoder.maxBytes)
            // Texts that represent bytes only have characters below 256.
            guard let bytes = PythonLiteral.rawUnicode(line) else {
                throw refusal("a protocol 0 string has a character above 255")
            }
            if line.count <= Self.maxNameBytes, line == bytes, line.allSatisfy({ $0 < 0x80 }) {
                return try push(.text(String(decoding: line, as: UTF8.self)))
            }
            try requireUnpacked(bytes.count)
            return try push(.bytes(.unpacked(bytes)))
        case .shortBinaryUnicode: try pushText(Int(try cursor.byte()))
        case .binaryUnicode8: try pushText(try cursor.length(bytes: 8))
        default: try pushText(try cursor.length(bytes: 4))
        }
    }

    private mutating func pushText(_ count: Int) throws(FaceDataError) {
        let range = try cursor.skip(count)
        guard count <= Self.maxNameBytes else { return try push(.longText(range)) }
        let bytes = try cursor.store.bytes(at: range.lowerBound, count: count)
        try push(.text(String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func performCollection(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .emptyList: try push(.list([]))
        case .append:
            let item = try pop()
            try extend(with: [item])
        case .appends: try extend(with: try popMarked())
        case .list: try push(.list(try popMarked()))
        case .tuple: try push(.tuple(try popMarked()))
        case .tuple1: try push(.tuple(try pop(1)))
        case .tuple2: try push(.tuple(try pop(2)))
        default: try push(.tuple(try pop(3)))
        }
    }

    private mutating func extend(with items: [Int]) throws(FaceDataError) {
        try requireItems(items.count)
        let target = try top()
        guard case .list(var list) = values[target] else {
            throw refusal("something is appended to \(values[target].kind)")
        }
        // Taken out first, so that the array is extended in place.
        values[target] = .none
        list += items
        values[target] = .list(list)
    }

    private mutating func performMemo(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .get, .put:
            let line = try cursor.line(maxLength: 32)
            guard let key = Int(line), key >= 0 else {
                throw refusal("\(quoted: line) is not a memo index")
            }
            try opcode == .get ? recall(key) : remember(key)
        case .binaryGet: try recall(Int(try cursor.byte()))
        case .longBinaryGet: try recall(try cursor.length(bytes: 4))
        case .binaryPut: try remember(Int(try cursor.byte()))
        case .longBinaryPut: try remember(try cursor.length(bytes: 4))
        default: try remember(memo.count)
        }
    }

    private mutating func recall(_ key: Int) throws(FaceDataError) {
        guard let value = memo[key] else { throw refusal("there is no memo \(key)") }
        try push(at: value)
    }

    private mutating func remember(_ key: Int) throws(FaceDataError) {
        try requireRoom(memo.count)
        memo[key] = try top()
    }

    // MARK: Objects

    private mutating func performObject(_ opcode: PickleOpcode) throws(FaceDataError) {
        switch opcode {
        case .global:
            let module = try cursor.line(maxLength: Self.maxNameBytes)
            let name = try cursor.line(maxLength: Self.maxNameBytes)
            try pushGlobal(module, name)
        case .stackGlobal:
            let name = try pop()
            let module = try pop()
            guard case .text(let moduleText) = values[module],
                case .text(let nameText) = values[name]
            else { throw refusal("a function or class has no name") }
            try pushGlobal(moduleText, nameText)
        case .reduce:
            let arguments = try pop()
            let function = try pop()
            guard case .tuple(let items) = values[arguments],
                case .global(let global) = values[function]
            else { throw refusal("\(values[function].kind) is called without a tuple") }
            try push(try PickleObjects.made(by: global, items.map { values[$0] }, &self))
        default:
            let state = try pop()
            let target = try top()
            values[target] = try PickleObjects.built(values[target], values[state], self)
        }
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws(FaceDataError) {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw refusal(
                "the pickle refers to \(quoted: "\(module).\(name)"), which a list of images never "
                    + "needs; it is not executed")
        }
        try push(.global(global))
    }

    // MARK: Stack

    private mutating func push(_ value: PickleValue) throws(FaceDataError) {
        guard values.count < Self.maxValues else {
            throw refusal("the pickle has more than \(Self.maxValues) values")
        }
        values.append(value)
        try push(at: values.count - 1)
    }

    private mutating func push(at position: Int) throws(FaceDataError) {
        try requireRoom(stack.count)
        stack.append(position)
    }

    private func requireRoom(_ count: Int) throws(FaceDataError) {
        guard count < Self.maxStacked else {
            throw refusal("the pickle has more than \(Self.maxStacked) values at once")
        }
    }

    private func top() throws(FaceDataError) -> Int {
        guard let last = stack.last, stack.count > marks.last ?? 0 else {
            throw refusal("the pickle takes a value from an empty stack")
        }
        return last
    }

    private mutating func pop() throws(FaceDataError) -> Int {
        let last = try top()
        stack.removeLast()
        return last
    }

    private mutating func pop(_ count: Int) throws(FaceDataError) -> [Int] {
        guard stack.count - (marks.last ?? 0) >= count else {
            throw refusal("the pickle takes a value from an empty stack")
        }
        try requireItems(count)
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popMarked() throws(FaceDataError) -> [Int] {
        guard let mark = marks.popLast(), mark <= stack.count else {
            throw refusal("the pickle ends a list that it did not start")
        }
        try requireItems(stack.count - mark)
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }
}
