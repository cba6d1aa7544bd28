import Spelling

/// Finds images and labels among a pickle's values.
struct VerificationPackContents: ~Copyable {
    private let root: Int
    private let reader: PickleReader

    init(root: Int, reader: consuming PickleReader) {
        self.root = root
        self.reader = reader
    }

    func images() throws(FaceDataError) -> [PickleBytes] {
        let items = try items(try parts().images, "images")
        var images: [PickleBytes] = []
        images.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            images.append(try image(reader.values[item], index))
        }
        guard images.count > 0, images.count % 2 == 0 else {
            throw refusal(counted(images.count, "image does", "images do") + " not make pairs")
        }
        return images
    }

    /// Whether each pair shows one person.
    func same(_ pairs: Int) throws(FaceDataError) -> [Bool] {
        let index = try parts().labels
        let labels: [Bool]
        if case .array(let type, let shape, let bytes) = reader.values[index] {
            labels = try arrayLabels(type, shape, bytes)
        } else {
            labels = try listLabels(try items(index, "labels"))
        }
        guard labels.count == pairs else {
            throw refusal(
                counted(pairs, "pair of images has", "pairs of images have")
                    + " \(counted(labels.count, "label"))")
        }
        return labels
    }

    private func refusal(_ reason: String) -> FaceDataError {
        .unknownFormat(
            path: reader.cursor.store.path,
            reason: "it is not a verification pack (a pickle of images and labels): \(reason)")
    }

    private func parts() throws(FaceDataError) -> (images: Int, labels: Int) {
        switch reader.values[root] {
        case .tuple(let elements) where elements.count == 2,
            .list(let elements) where elements.count == 2:
            return (elements[0], elements[1])
        case .tuple(let elements), .list(let elements):
            throw refusal("it has \(elements.count) parts instead of two")
        default: throw refusal("it holds \(reader.values[root].kind)")
        }
    }

    private func items(_ index: Int, _ what: String) throws(FaceDataError) -> [Int] {
        switch reader.values[index] {
        case .list(let items), .tuple(let items): return items
        default: throw refusal("the \(what) are \(reader.values[index].kind), not a list")
        }
    }

    private func image(_ value: PickleValue, _ index: Int) throws(FaceDataError) -> PickleBytes {
        switch value {
        case .bytes(let bytes): return bytes
        case .array(let type, let shape, let bytes):
            let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            guard ["u1", "uint8", "|u1", "i1", "|i1"].contains(type), count == bytes.count else {
                throw refusal(
                    "image \(index) is an array of \(type) in shape \(shape) with "
                        + "\(bytes.count) bytes, not one of u1")
            }
            return bytes
        default: throw refusal("image \(index) is \(value.kind), not bytes")
        }
    }

    private func listLabels(_ items: [Int]) throws(FaceDataError) -> [Bool] {
        var labels: [Bool] = []
        labels.reserveCapacity(items.count)
        for item in items {
            switch reader.values[item] {
            case .boolean(let same): labels.append(same)
            case .integer(let number) where number == 0 || number == 1: labels.append(number == 1)
            case .array(let type, let shape, let bytes) where shape.isEmpty:
                labels += try arrayLabels(type, [1], bytes)
            default:
                throw refusal("label \(labels.count) is \(reader.values[item].kind), not a bool")
            }
        }
        return labels
    }

    /// The labels in a numpy array of bools or integers.
    private func arrayLabels(
        _ type: String, _ shape: [Int], _ bytes: PickleBytes
    ) throws(FaceDataError) -> [Bool] {
        let widths = ["b1": 1, "u1": 1, "i1": 1, "i2": 2, "i4": 4, "i8": 8, "bool": 1]
        let name = type.hasPrefix("|") || type.hasPrefix("<") ? String(type.dropFirst()) : type
        guard let width = widths[name], shape.count == 1,
            shape[0].multipliedReportingOverflow(by: width) == (bytes.count, false)
        else { throw refusal("the labels are an array of \(type) in shape \(shape)") }
        let stored = try bytes.array(in: reader.cursor.store)
        var labels: [Bool] = []
        labels.reserveCapacity(shape[0])
        for index in 0..<shape[0] {
            let number = stored[index * width..<(index + 1) * width]
            // Numbers are little-endian, and only 0 and 1 are valid.
            guard number.dropFirst().allSatisfy({ $0 == 0 }), let first = number.first, first < 2
            else { throw refusal("label \(index) is neither 0 nor 1") }
            labels.append(first == 1)
        }
        return labels
    }
}
