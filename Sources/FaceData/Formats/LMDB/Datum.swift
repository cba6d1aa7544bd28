/// Caffe's message for a picture with its label (`caffe.proto`). Field numbers: 1 channels, 2 height, 3 width,
/// 4 data, 5 label, 6 float data, 7 whether the data are an encoded picture.
struct Datum {
    private(set) var channels = 0
    private(set) var height = 0
    private(set) var width = 0
    /// Range of the data in the message.
    private(set) var data: Range<Int>?
    private(set) var label: Int?
    private(set) var isEncoded = false

    /// Reads a message; nil if it is not a Datum.
    init?(_ bytes: UnsafeRawBufferPointer) {
        do throws(WireReader.Damaged) {
            var reader = WireReader(bytes)
            while let (field, value) = try reader.next() {
                switch (field, value) {
                case (1, .number(let number)): channels = Int(truncatingIfNeeded: number)
                case (2, .number(let number)): height = Int(truncatingIfNeeded: number)
                case (3, .number(let number)): width = Int(truncatingIfNeeded: number)
                case (4, .bytes(let range)): data = range
                // Negative numbers are written with 64 bits.
                case (5, .number(let number)): label = Int(Int32(truncatingIfNeeded: number))
                case (6, _): continue
                case (7, .number(let number)): isEncoded = number != 0
                default: return nil
                }
            }
        } catch {
            return nil
        }
        guard data != nil else { return nil }
    }

    /// Number and area of the planes of an unencoded picture: blue, green and red, or one of grey; nil if
    /// the data have another size.
    var planes: (count: Int, area: Int)? {
        guard let data, [1, 3].contains(channels), (1...16_384).contains(height),
            (1...16_384).contains(width), channels * height * width == data.count
        else { return nil }
        return (channels, height * width)
    }
}

/// Pictures that are a database's values, encoded or in a ``Datum``.
struct DatabaseValue: PartContent {
    func unwrap(_ buffer: ReadBuffer, _ packing: PartIndex.Packing?) -> String? {
        guard ImageKind(buffer.bytes) == .other else { return nil }
        guard let datum = Datum(buffer.bytes), let data = datum.data else {
            return "its value is neither an encoded picture nor a Datum of Caffe"
        }
        let content = UnsafeRawBufferPointer(rebasing: buffer.bytes[data])
        if datum.isEncoded || ImageKind(content) != .other {
            buffer.narrow(to: data)
            return nil
        }
        guard let planes = datum.planes else {
            return
                "its Datum of \(datum.channels) x \(datum.height) x \(datum.width) with \(data.count) bytes is not a "
                + "picture"
        }
        Self.write(Array(content), planes, datum, into: buffer)
        return nil
    }

    /// Converts planes to a PGM or PPM file.
    private static func write(
        _ data: [UInt8], _ planes: (count: Int, area: Int), _ datum: Datum, into buffer: ReadBuffer
    ) {
        let head = Array(
            "P\(planes.count == 1 ? 5 : 6)\n\(datum.width) \(datum.height)\n255\n".utf8)
        buffer.fill(head.count + data.count) { target in
            target.copyBytes(from: head)
            for pixel in 0..<planes.area {
                for plane in 0..<planes.count {
                    target[head.count + pixel * planes.count + plane] =
                        data[(planes.count - 1 - plane) * planes.area + pixel]
                }
            }
        }
    }
}
