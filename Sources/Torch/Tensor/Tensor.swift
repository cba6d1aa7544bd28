import CTorch

/// A LibTorch tensor.
///
/// The class owns its handle, and releasing the last reference frees the tensor. It is not
/// `Sendable`: LibTorch's gradient mode is thread-local, so a computation must stay on the thread on
/// which it began.
///
/// Programming errors such as shape mismatches stop the program with LibTorch's message.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// let y = (x.matmul(x.transposed(0, 1)) + 1).sum()
/// print(y.item())  // 56.0
/// ```
public final class Tensor {
    let handle: ct_tensor
    /// The integers that a GPU tensor was created from, so that reading labels does not wait for the GPU; nil
    /// once the tensor has changed. Changes through a view are not detected.
    private(set) var origin: [Int]?

    init(owning handle: ct_tensor) {
        self.handle = handle
    }

    deinit {
        ct_tensor_free(handle)
    }

    /// Creates a tensor with a C function that returns it through its last parameter.
    static func make(
        _ operation: StaticString = #function, _ body: (inout ct_tensor) -> ct_status
    ) -> Tensor {
        var out = ct_tensor()
        expectSuccess(body(&out), operation)
        return Tensor(owning: out)
    }
}

extension Tensor {
    /// Must be called when the values change.
    func forgetOrigin() { origin = nil }
}

// MARK: - Creation

extension Tensor {
    /// A tensor of the given values, row by row.
    ///
    /// - Parameter shape: Shape, whose product is the number of values.
    public convenience init<Element: TensorElement>(
        _ values: [Element], shape: [Int], device: Device = .cpu
    ) {
        var out = ct_tensor()
        let dims = shape.map(Int64.init)
        let status = unsafe values.withUnsafeBytes { bytes in
            unsafe ct_from_bytes(
                bytes.baseAddress, bytes.count, dims, dims.count, Element.elementType.handle,
                device.handle, &out)
        }
        expectSuccess(status, "init(_:shape:)")
        self.init(owning: out)
        if device != .cpu, Element.self == Int.self { origin = values as? [Int] }
    }

    /// A one-dimensional tensor.
    public convenience init<Element: TensorElement>(_ values: [Element], device: Device = .cpu) {
        self.init(values, shape: [values.count], device: device)
    }

    /// A tensor filled with a value.
    public static func full(
        _ value: Double, shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) -> Tensor {
        let dims = shape.map(Int64.init)
        return make {
            unsafe ct_full(dims, dims.count, value, type.handle, device.handle, &$0)
        }
    }

    /// A tensor of zeros.
    public static func zeros(
        _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) -> Tensor {
        full(0, shape: shape, type: type, device: device)
    }

    /// A tensor of ones.
    public static func ones(
        _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) -> Tensor {
        full(1, shape: shape, type: type, device: device)
    }

    /// The numbers from 0 to `count - 1`.
    public static func range(
        _ count: Int, type: ElementType = .int64, device: Device = .cpu
    ) -> Tensor {
        make { unsafe ct_arange(Int64(count), type.handle, device.handle, &$0) }
    }

    /// A batch of images as input of a network: `(byte - mean) / standardDeviation`.
    ///
    /// - Parameters:
    ///   - pixels: Bytes in `[count, height, width, channels]` order.
    ///   - format: Order in memory; channels-last needs no transposition.
    /// - Returns: `float32` of shape `[count, channels, height, width]`.
    public static func images(
        _ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int = 3,
        mean: Double, standardDeviation: Double, format: MemoryFormat, device: Device = .cpu
    ) -> Tensor {
        precondition(
            pixels.count == count * height * width * channels,
            "\(pixels.count) bytes are not \(count) images of \(height)x\(width)x\(channels)")
        return make { out in
            unsafe ct_images(
                pixels, Int64(count), Int64(height), Int64(width), Int64(channels), mean,
                standardDeviation, format.handle, device.handle, &out)
        }
    }

    /// A tensor with this one's type and device, filled with a value.
    public func filled(like value: Double, shape: [Int]? = nil) -> Tensor {
        .full(value, shape: shape ?? self.shape, type: type, device: device)
    }
}

// MARK: - Inspection

extension Tensor {
    /// Number of dimensions.
    public var rank: Int {
        var result = 0
        unsafe expectSuccess(ct_rank(handle, &result), "rank")
        return result
    }

    /// Length of each dimension.
    public var shape: [Int] {
        var dims = [Int64](repeating: 0, count: rank)
        unsafe expectSuccess(ct_shape(handle, &dims, dims.count), "shape")
        return dims.map(Int.init)
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Type of the elements.
    public var type: ElementType {
        var result = CT_FLOAT32
        unsafe expectSuccess(ct_element_type(handle, &result), "type")
        return ElementType(result)
    }

    /// The tensor's device.
    public var device: Device {
        var result = ct_device()
        unsafe expectSuccess(ct_device_of(handle, &result), "device")
        return Device(result)
    }

    /// Whether the elements are stored in the given order without gaps.
    public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
        var result = false
        unsafe expectSuccess(ct_is_contiguous(handle, format.handle, &result), "isContiguous(_:)")
        return result
    }

    /// The value of a tensor of one element.
    public func item() -> Double {
        var result = 0.0
        unsafe expectSuccess(ct_item(handle, &result), "item()")
        return result
    }

    /// All elements, row by row, converted to a Swift type.
    public func array<Element: TensorElement>(of _: Element.Type = Element.self) -> [Element] {
        if let origin = origin as? [Element] { return origin }
        // Not filled with zeros first: for a type that is unknown here that is a call for each.
        return unsafe [Element](unsafeUninitializedCapacity: count) { values, filled in
            let status = unsafe ct_copy_bytes(
                handle, Element.elementType.handle, values.baseAddress,
                count * MemoryLayout<Element>.stride)
            expectSuccess(status, "array(of:)")
            filled = count
        }
    }

    /// Passes the elements, row by row, to a closure without copying them.
    ///
    /// - Precondition: The tensor is `float32`, contiguous and on the CPU.
    public func withFloats<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        var pointer: UnsafePointer<Float>?
        unsafe expectSuccess(ct_floats(handle, &pointer), "withFloats(_:)")
        defer { withExtendedLifetime(self) {} }
        return try unsafe body(UnsafeBufferPointer(start: pointer, count: count))
    }

    /// The elements' bytes, row by row, in the tensor's own type.
    package func bytes() -> [UInt8] {
        let length = count * type.size
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { bytes, filled in
            let status = unsafe ct_copy_bytes(handle, type.handle, bytes.baseAddress, length)
            expectSuccess(status, "bytes()")
            filled = length
        }
    }

    /// A tensor created from the bytes of its elements, row by row.
    package static func fromBytes(
        _ bytes: ArraySlice<UInt8>, shape: [Int], type: ElementType
    ) throws(TorchError) -> Tensor {
        var out = ct_tensor()
        let dims = shape.map(Int64.init)
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe ct_from_bytes(
                buffer.baseAddress, buffer.count, dims, dims.count, type.handle,
                Device.cpu.handle, &out)
        }
        try requireSuccess(status, "reading a tensor of shape \(shape)")
        return Tensor(owning: out)
    }
}

// MARK: - Conversion

extension Tensor {
    /// The tensor converted to an element type and device.
    public func to(_ type: ElementType? = nil, device: Device? = nil) -> Tensor {
        let type = type ?? self.type
        let device = device ?? self.device
        return .make { unsafe ct_to(handle, type.handle, device.handle, &$0) }
    }

    /// The same values stored in the given order without gaps.
    public func contiguous(_ format: MemoryFormat = .contiguous) -> Tensor {
        .make { unsafe ct_contiguous(handle, format.handle, &$0) }
    }

    /// A copy with its own memory, through which gradients are propagated.
    public func copy() -> Tensor { .make { unsafe ct_clone(handle, &$0) } }
}
