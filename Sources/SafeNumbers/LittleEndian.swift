extension Array<UInt8> {
    /// The bytes of numbers as files store them: four each, in single precision, the lowest first.
    ///
    /// A key path such as `map(\.bitPattern.littleEndian)` is evaluated at run time, a hundred times as slowly.
    public init(littleEndian numbers: [Float]) {
        self.init(unsafeUninitializedCapacity: 4 * numbers.count) { bytes, count in
            let target = UnsafeMutableRawBufferPointer(bytes)
            for index in numbers.indices {
                target.storeBytes(
                    of: numbers[index].bitPattern.littleEndian, toByteOffset: 4 * index,
                    as: UInt32.self)
            }
            count = 4 * numbers.count
        }
    }
}

extension Array<Float> {
    /// The numbers in stored bytes, four each, in single precision, the lowest first. Up to three bytes at the end that
    /// are no number are left out. The bytes need not be aligned.
    public init(littleEndian bytes: UnsafeRawBufferPointer) {
        self.init(unsafeUninitializedCapacity: bytes.count / 4) { numbers, count in
            for index in 0..<bytes.count / 4 {
                let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                numbers[index] = Float(bitPattern: UInt32(littleEndian: bits))
            }
            count = bytes.count / 4
        }
    }

    /// The numbers in stored bytes, as ``init(littleEndian:)-(UnsafeRawBufferPointer)`` reads them.
    public init(littleEndian bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { [Float](littleEndian: $0) }
    }
}
