/// A pickle machine for PyTorch's files that only creates data and never calls anything.
///
/// It supports the operations used for dictionaries, tensors and the usual other contents of
/// checkpoints. The functions that rebuild tensors are recognised by name and implemented here; any
/// other function or class becomes a value without content. Unknown operations are errors, and memory
/// is bounded by the length of the pickle.
struct StatePickle {
    /// The most values that are accepted; the state of the largest network has a hundredth of them.
    static let maxValues = 1 << 22

    private(set) var cursor: StateCursor
    private(set) var values: [StateValue] = []
    private var stack: [Int] = []
    private var marks: [Int] = []
    private var memo: [Int: Int] = [:]
    private var index = 0
    /// Total number of items of tuples, lists and dictionaries. A pickle cannot contain more than it has
    /// bytes, except by repeating memoised values, which a few times that number allows for.
    private var items = 0

    init(_ cursor: StateCursor) {
        self.cursor = cursor
    }

    /// Runs the machine to the end of one pickle and returns the index of its value.
    mutating func run() throws(ModelFormatsError) -> Int {
        while true {
            index = cursor.offset
            let code = try cursor.byte()
            if code == 0x2E { return try pop() }
            try perform(code)
            guard max(values.count, stack.count, marks.count) <= Self.maxValues else {
                throw damaged("its pickle has more than \(Self.maxValues) values")
            }
        }
    }

    private func damaged(_ reason: String) -> ModelFormatsError {
        cursor.damaged(reason, at: index)
    }

    private mutating func perform(_ code: UInt8) throws(ModelFormatsError) {
        switch code {
        case 0x80: _ = try cursor.byte()  // PROTO
        case 0x95: _ = try cursor.take(8)  // FRAME
        case 0x28: marks.append(stack.count)  // MARK
        case 0x30: _ = try pop()  // POP
        case 0x31: _ = try popMarked()  // POP_MARK
        case 0x32: stack.append(try top())  // DUP
        case 0x4E: push(.none)
        case 0x88, 0x89: push(.boolean(code == 0x88))
        case 0x4A, 0x4B, 0x4D, 0x8A, 0x8B, 0x47: try performNumber(code)
        case 0x58, 0x8C, 0x8D, 0x54, 0x55, 0x42, 0x43, 0x8E: try performText(code)
        case 0x29, 0x85, 0x86, 0x87, 0x74, 0x5D, 0x61, 0x65, 0x7D, 0x73, 0x75, 0x8F, 0x90:
            try performCollection(code)
        case 0x71, 0x72, 0x94, 0x68, 0x6A: try performMemo(code)
        case 0x63, 0x93, 0x51, 0x52, 0x81, 0x92, 0x62: try performObject(code)
        default:
            throw damaged(
                "its pickle uses the operation 0x\(String(code, radix: 16)), which no state dict "
                    + "needs; nothing was executed")
        }
    }

    private mutating func performNumber(_ code: UInt8) throws(ModelFormatsError) {
        switch code {
        case 0x4B: push(.integer(Int(try cursor.byte())))  // BININT1
        case 0x4D: push(.integer(try cursor.length(2)))  // BININT2
        case 0x4A:  // BININT
            push(.integer(Int(Int32(truncatingIfNeeded: try cursor.number(4)))))
        case 0x47:  // BINFLOAT
            _ = try cursor.take(8)
            push(.other("float"))
        default:  // LONG1, LONG4
            let count = try cursor.length(code == 0x8A ? 1 : 4)
            let bytes = try cursor.take(count)
            guard count <= 8 else { return push(.other("int")) }
            let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let unused = UInt64(64 - 8 * count)
            push(.integer(count == 0 ? 0 : Int(Int64(bitPattern: bits << unused) >> Int64(unused))))
        }
    }

    private mutating func performText(_ code: UInt8) throws(ModelFormatsError) {
        let width =
            switch code {
            case 0x8C, 0x55, 0x43: 1  // SHORT_BINUNICODE, SHORT_BINSTRING, SHORT_BINBYTES
            case 0x8D, 0x8E: 8  // BINUNICODE8, BINBYTES8
            default: 4  // BINUNICODE, BINSTRING, BINBYTES
            }
        let bytes = try cursor.take(try cursor.length(width))
        push(.text(String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func performCollection(_ code: UInt8) throws(ModelFormatsError) {
        switch code {
        case 0x29: push(.tuple([]))
        case 0x85, 0x86, 0x87:  // TUPLE1 to TUPLE3
            var parts: [Int] = []
            for _ in 0..<Int(code - 0x84) { parts.append(try pop()) }
            push(.tuple(parts.reversed()))
        case 0x74: push(.tuple(try popMarked()))
        case 0x5D: push(.list([]))
        case 0x61: try append([try pop()])
        case 0x65: try append(try popMarked())
        case 0x7D: push(.dictionary([]))
        case 0x73:  // SETITEM
            let value = try pop()
            try set([try pop(), value])
        case 0x75: try set(try popMarked())
        case 0x8F: push(.other("set"))
        default: _ = try popMarked()  // ADDITEMS
        }
    }

    private mutating func append(_ parts: [Int]) throws(ModelFormatsError) {
        let target = try top()
        try require(parts.count)
        guard case .list(var entries) = values[target] else { return }
        // Makes the reference to the array unique, so that it grows in place.
        values[target] = .none
        entries += parts
        values[target] = .list(entries)
    }

    private mutating func set(_ parts: [Int]) throws(ModelFormatsError) {
        let target = try top()
        try require(parts.count)
        guard case .dictionary(var entries) = values[target] else { return }
        guard parts.count.isMultiple(of: 2) else { throw damaged("a key has no value") }
        values[target] = .none
        for index in stride(from: 0, to: parts.count, by: 2) {
            entries.append((parts[index], parts[index + 1]))
        }
        values[target] = .dictionary(entries)
    }

    private mutating func performMemo(_ code: UInt8) throws(ModelFormatsError) {
        switch code {
        case 0x94: memo[memo.count] = try top()  // MEMOIZE
        case 0x71, 0x72: memo[try cursor.length(code == 0x71 ? 1 : 4)] = try top()
        default:
            guard let value = memo[try cursor.length(code == 0x68 ? 1 : 4)] else {
                throw damaged("its pickle uses a value that it has not made")
            }
            stack.append(value)
        }
    }

    private mutating func performObject(_ code: UInt8) throws(ModelFormatsError) {
        switch code {
        case 0x63: push(.global("\(try cursor.line()).\(try cursor.line())"))
        case 0x93:  // STACK_GLOBAL
            let name = try pop()
            let module = try pop()
            guard case .text(let first) = values[module], case .text(let last) = values[name] else {
                throw damaged("a function has no name")
            }
            push(.global("\(first).\(last)"))
        case 0x51: push(try StateObjects.storage(try pop(), values, damaged))  // BINPERSID
        case 0x52, 0x81, 0x92:  // REDUCE, NEWOBJ, NEWOBJ_EX, which has named arguments as well
            if code == 0x92 { _ = try pop() }
            let arguments = try pop()
            let function = try pop()
            let result = try StateObjects.result(of: function, arguments, values, damaged)
            // It copies existing values, so it counts again each time.
            try require(result.count)
            push(result)
        default: try build(try pop())  // BUILD
        }
    }

    /// Sets the attributes of a module; those of tensors and dictionaries are not needed.
    private mutating func build(_ state: Int) throws(ModelFormatsError) {
        let target = try top()
        guard case .module(let name, _) = values[target],
            case .dictionary(let attributes) = values[state]
        else { return }
        values[target] = .module(name, attributes)
    }

    // MARK: The stack

    private mutating func push(_ value: StateValue) {
        values.append(value)
        stack.append(values.count - 1)
    }

    private func top() throws(ModelFormatsError) -> Int {
        guard let last = stack.last, stack.count > (marks.last ?? 0) else {
            throw damaged("its pickle uses a value that is not there")
        }
        return last
    }

    private mutating func pop() throws(ModelFormatsError) -> Int {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popMarked() throws(ModelFormatsError) -> [Int] {
        guard let mark = marks.popLast(), mark <= stack.count else {
            throw damaged("its pickle ends a group that it has not begun")
        }
        let parts = Array(stack[mark...])
        try require(parts.count)
        stack.removeSubrange(mark...)
        return parts
    }

    private mutating func require(_ count: Int) throws(ModelFormatsError) {
        items += count
        guard items <= 4 * cursor.bytes.count else {
            throw damaged("its pickle repeats values past its length")
        }
    }
}
