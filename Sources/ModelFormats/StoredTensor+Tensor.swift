public import Torch

extension StoredTensor {
    /// The tensor on the CPU, row by row; elements in half precision become `float32`.
    ///
    /// - Throws: ``ModelFormatsError`` if its elements are missing from the file or of an unsupported
    ///   type.
    public func tensor() throws(ModelFormatsError) -> Tensor {
        let element = try element
        let bytes = try elements()
        do throws(TorchError) {
            return element == .float16
                ? Tensor(HalfPrecision.floats(bytes[...]), shape: shape)
                : try Tensor.fromBytes(bytes[...], shape: shape, type: element.type)
        } catch {
            throw .unreadable(path: file.path, reason: error.description)
        }
    }
}

extension StoredTensor.Element {
    fileprivate var type: ElementType {
        switch self {
        case .float32, .float16: .float32
        case .float64: .float64
        case .bfloat16: .bfloat16
        case .int64: .int64
        case .uint8: .uint8
        case .bool: .bool
        }
    }
}
