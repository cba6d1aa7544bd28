import Foundation
import Spelling

/// A tensor in a file, read on demand.
public struct StoredTensor {
    /// The layout of a tensor's elements in a storage.
    struct Layout {
        var storage: StoragePart
        /// Offset of the first element, in elements.
        var offset: Int
        var shape: [Int]
        /// Strides in elements; they need not be contiguous.
        var strides: [Int]
    }

    /// A supported element type of PyTorch's storages.
    enum Element: CaseIterable {
        case float32, float64, float16, bfloat16, int64, uint8, bool

        /// Size of an element in bytes.
        var size: Int {
            switch self {
            case .float32: 4
            case .float64, .int64: 8
            case .float16, .bfloat16: 2
            case .uint8, .bool: 1
            }
        }

        var storageName: String {
            switch self {
            case .float32: "FloatStorage"
            case .float64: "DoubleStorage"
            case .float16: "HalfStorage"
            case .bfloat16: "BFloat16Storage"
            case .int64: "LongStorage"
            case .uint8: "ByteStorage"
            case .bool: "BoolStorage"
            }
        }

        /// Names of the type in `torch`.
        var typeNames: [String] {
            switch self {
            case .float32: ["float32", "float"]
            case .float64: ["float64", "double"]
            case .float16: ["float16", "half"]
            case .bfloat16: ["bfloat16"]
            case .int64: ["int64", "long"]
            case .uint8: ["uint8"]
            case .bool: ["bool"]
            }
        }
    }

    /// Its name in the file.
    public let name: String
    /// Length of each dimension.
    public var shape: [Int] { layout.shape }

    let layout: Layout
    let file: TensorFile

    /// The type of its elements.
    var element: Element {
        get throws(ModelFormatsError) {
            let type = layout.storage.type
            guard let element = Element.allCases.first(where: { $0.storageName == type }) else {
                throw .unknownType(path: file.path, name: name, type: type)
            }
            return element
        }
    }

    /// The elements in row-major order, little-endian.
    func elements() throws(ModelFormatsError) -> [UInt8] {
        let size = try element.size
        let storage = try file.storage(layout.storage.key)
        guard let (count, last) = extent, last < (storage.count / size) else {
            throw .damaged(
                path: file.path, offset: storage.startIndex,
                reason:
                    "tensor \(quoted: name) of shape \(shape) is larger than its storage of "
                    + "\(storage.count / size) elements")
        }
        // Strides may repeat elements, but an expanded tensor must not be larger than the file.
        guard count <= max(1 << 20, file.bytes.count) else {
            throw .damaged(
                path: file.path, offset: storage.startIndex,
                reason: "tensor \(quoted: name) of shape \(shape) repeats its storage")
        }
        var bytes = [UInt8](unsafeUninitializedCapacity: count * size) { target, initialized in
            storage.withUnsafeBytes { copy(from: $0, elementSize: size, to: target.baseAddress) }
            initialized = count * size
        }
        if file.isBigEndian, size > 1 {
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<start + size].reverse()
            }
        }
        return bytes
    }

    /// The number of elements, and the offset of the last one; nil on overflow. The offset is -1 if there
    /// are no elements.
    private var extent: (count: Int, last: Int)? {
        var (count, last) = (1, layout.storage.start)
        var overflows = [Bool]()
        func add(_ number: Int) {
            let sum = last.addingReportingOverflow(number)
            last = sum.partialValue
            overflows.append(sum.overflow)
        }
        add(layout.offset)
        for (length, step) in zip(shape, layout.strides) {
            let product = count.multipliedReportingOverflow(by: length)
            let reach = max(0, length - 1).multipliedReportingOverflow(by: step)
            count = product.partialValue
            overflows += [product.overflow, reach.overflow]
            add(reach.partialValue)
        }
        guard !overflows.contains(true) else { return nil }
        return count == 0 ? (0, -1) : (count, last)
    }

    /// Copies the elements in row-major order from a storage that contains all of them.
    private func copy(
        from storage: UnsafeRawBufferPointer, elementSize: Int,
        to target: UnsafeMutablePointer<UInt8>?
    ) {
        guard let source = storage.baseAddress, var target, !shape.contains(0) else { return }
        // The stride of a dimension of length 1 does not matter.
        var outer = zip(shape, layout.strides).filter { $0.0 != 1 }.map { (length: $0, step: $1) }
        var run = 1
        while let last = outer.last, last.step == run {
            run *= last.length
            outer.removeLast()
        }
        let inner = outer.popLast() ?? (length: 1, step: run)
        let innerStep = inner.step * elementSize
        var index = [Int](repeating: 0, count: outer.count)
        var offset = layout.storage.start + layout.offset
        while true {
            Self.copy(
                inner.length, from: source + offset * elementSize, step: innerStep, to: target,
                size: run * elementSize)
            target += inner.length * run * elementSize
            // Advances the index like an odometer.
            guard let turning = outer.indices.last(where: { index[$0] + 1 < outer[$0].length })
            else {
                return
            }
            index[turning] += 1
            offset += outer[turning].step
            for dimension in (turning + 1)..<outer.count {
                offset -= index[dimension] * outer[dimension].step
                index[dimension] = 0
            }
        }
    }
    /// Copies runs of bytes at a regular stride to contiguous memory.
    private static func copy(
        _ count: Int, from source: UnsafeRawPointer, step: Int,
        to target: UnsafeMutablePointer<UInt8>,
        size: Int
    ) {
        switch size {
        // Single elements, as in a transposed matrix: a call of memcpy would cost more than the
        // copy itself.
        case 1: copy(count, of: UInt8.self, from: source, step: step, to: target)
        case 2: copy(count, of: UInt16.self, from: source, step: step, to: target)
        case 4: copy(count, of: UInt32.self, from: source, step: step, to: target)
        case 8: copy(count, of: UInt64.self, from: source, step: step, to: target)
        default:
            for index in 0..<count { memcpy(target + index * size, source + index * step, size) }
        }
    }

    private static func copy<Value: BitwiseCopyable>(
        _ count: Int, of type: Value.Type, from source: UnsafeRawPointer, step: Int,
        to target: UnsafeMutablePointer<UInt8>
    ) {
        let target = UnsafeMutableRawPointer(target)
        for index in 0..<count {
            target.storeBytes(
                of: source.loadUnaligned(fromByteOffset: index * step, as: type),
                toByteOffset: index * MemoryLayout<Value>.size, as: type)
        }
    }
}
