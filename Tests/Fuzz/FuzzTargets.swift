import Foundation

/// Reads hostile bytes with one parser; whatever they are, it must end with a value or an error.
typealias FuzzTarget = @Sendable ([UInt8]) -> Void

/// The targets by name, a parser each.
let fuzzTargets: [String: FuzzTarget] = [
    "verification-pack": { bytes in
        if let pack = try? VerificationPack(MemoryBytes(bytes), location: FuzzInput.location) {
            FuzzInput.readAll(pack)
        }
    },
    "record-pack": { bytes in
        let (record, index) = FuzzInput.halves(bytes)
        let pack = try? RecordPack(
            record, location: FuzzInput.location, index: .success(index), announced: 1000)
        guard let pack else { return }
        _ = try? pack.labels()
        _ = try? pack.identityRanges()
        _ = try? pack.keys()
        FuzzInput.readAll(pack)
    },
    "record-list": { bytes in
        guard let list = try? RecordList(FuzzInput.location, MemoryBytes(bytes)) else { return }
        _ = list.entries(of: [0, 1, 7], labels: [1, 16_777_216, 7])
    },
    "record-index": { bytes in
        guard let index = try? RecordIndex(reading: MemoryBytes(bytes)) else { return }
        _ = index.sortedByKey()
        _ = index.mistake(in: RecordFile(store: MemoryBytes(bytes)))
    },
    "celeb-rows": { bytes in
        if let rows = try? CelebRows(MemoryBytes(bytes), location: FuzzInput.location) {
            FuzzInput.readAll(rows)
        }
    },
    "tar": { bytes in
        let bytes = withChecksums(bytes)
        if let index = try? PartIndex.tar(MemoryBytes(bytes)) {
            readParts(index, bytes, WholePart())
        }
    },
    "zip": { bytes in
        if let index = try? PartIndex.zip(MemoryBytes(bytes)) {
            readParts(index, bytes, ZipMember())
        }
    },
    "lmdb": { bytes in
        if let index = try? PartIndex.lmdb(MemoryBytes(bytes)) {
            readParts(index, bytes, DatabaseValue())
        }
    },
    "parquet": { bytes in
        let store = MemoryBytes(bytes)
        guard let table = try? ParquetTable(store) else { return }
        for part in table.parts {
            _ = try? ParquetTable.values(of: part, table.images, store.path) {
                (page) throws(FaceDataError) in try store.bytes(at: page.start, count: page.size)
            }
        }
    },
    "tfrecord": { bytes in
        if let index = try? PartIndex.tfrecord(MemoryBytes(bytes)) {
            readParts(index, bytes, RecordedExample())
        }
        // Behind the checksums, which chance does not find.
        _ = bytes.withUnsafeBytes { ExampleRecord($0) }
    },
    "datum": { bytes in
        let buffer = ReadBuffer()
        buffer.fill(bytes.count) { $0.copyBytes(from: bytes) }
        _ = DatabaseValue().unwrap(buffer, nil)
    },
    "celeb-list": { bytes in _ = try? CelebList(FuzzInput.file(bytes)) },
    "image-list": { bytes in _ = try? LabelledImageSet.list(FuzzInput.file(bytes)) },
    "pairs": { bytes in
        _ = try? VerificationPairs.anyList(FuzzInput.file(bytes), images: FuzzInput.location)
    },
    "landmarks": { bytes in
        guard let file = try? LandmarkFile(FuzzInput.file(bytes)) else { return }
        // A doubt tries 480 orders.
        for name in file.names(besides: []).prefix(4) {
            let faces = file.faces(of: name)
            for face in faces.prefix(2) { _ = PointsDoubt(face, width: 250, height: 200) }
            for choice in FaceChoice.allCases {
                _ = choice.face(of: faces, width: 250, height: 200)
            }
        }
    },
    "protocol-file": { bytes in
        guard
            let set = try? ProtocolFile.read(MemoryBytes(bytes), images: FuzzInput.location)
        else { return }
        _ = ProtocolFile.text(of: set)
    },
    "janus-lists": { bytes in
        // The list of points, of templates, of people and of pairs, a part of the bytes each.
        let parts = bytes.split(separator: 0xff, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 4, let points = try? JanusPoints(MemoryBytes(parts[0])),
            var templates = try? JanusTemplates(MemoryBytes(parts[1]), points)
        else { return }
        _ = try? templates.readPeople(MemoryBytes(parts[2]), isGallery: true)
        _ = try? templates.readPairs(MemoryBytes(parts[3]))
    },
    "attributes": { bytes in
        guard let table = try? AttributeTable(MemoryBytes(bytes)) else { return }
        for index in table.attributes.indices { _ = table.group("a", index) }
    },
    "megaface": { bytes in
        if let values = try? MegaFaceFile.read(MemoryBytes(bytes)) {
            _ = MegaFaceFile.bytes(values)
        }
        _ = try? MegaFaceFile.readMatrix(MemoryBytes(bytes))
    },
    "qualities": { bytes in
        guard let table = try? QualityTable(MemoryBytes(bytes)) else { return }
        let images = ImageFiles(["a.jpg", "b/2.jpg"], in: FuzzInput.location)
        _ = table.qualities(of: images)
        _ = table.warning(for: images)
    },
    "removal-list": { bytes in
        guard let list = try? RemovalList.read(FuzzInput.file(bytes)) else { return }
        let set = LabelledImageSet(
            source: ImageFiles(["a/1.jpg", "b/2.jpg"], in: FuzzInput.location),
            identities: ["a", "b"],
            labels: [0, 1])
        _ = set.removing(list)
    },
    "safetensors": { bytes in
        guard let layout = try? SafetensorsLayout(of: bytes, path: "fuzz") else { return }
        for entry in layout.entries where entry.isHalf {
            _ = HalfPrecision.floats(bytes[entry.range])
        }
    },
    "model-file": { bytes in _ = ModelFileKind(FuzzInput.file(bytes)) },
    "state-dict": { bytes in
        guard let file = try? StateDict(bytes, path: "fuzz") else { return }
        for part in file.parts {
            for tensor in part.tensors { _ = try? tensor.elements() }
        }
    },
    "mxnet": { bytes in
        guard let file = try? MXNetParameters(bytes, path: "fuzz") else { return }
        for tensor in file.tensors { _ = try? tensor.elements() }
    },
    "dlib": { bytes in _ = try? DlibNetwork(bytes, path: "fuzz") },
    "jpeg": { bytes in decode(bytes, [0xff, 0xd8]) },
    "png": { bytes in decode(bytes, [0x89, 0x50]) },
    "webp": { bytes in decode(bytes, Array("RIFF".utf8)) },
    "bmp": { bytes in decode(bytes, Array("BM".utf8)) },
    "anymap": { bytes in decode(bytes, Array("P".utf8)) },
]

/// A tar archive whose headers have right checksums, which chance does not find.
@Sendable private func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[(start + 257)...].starts(with: Array("ustar".utf8)) {
        bytes.replaceSubrange(start + 148..<start + 156, with: Array("        ".utf8))
        let sum = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
        bytes.replaceSubrange(
            start + 148..<start + 148 + sum.utf8.count, with: Array(sum.utf8))
    }
    return bytes
}

/// Finds each image in its part.
@Sendable private func readParts(
    _ index: PartIndex, _ bytes: [UInt8], _ content: any PartContent
) {
    let buffer = ReadBuffer()
    for place in 0..<index.count {
        try? MemoryBytes(bytes).read(
            at: index.offsets[place], count: index.sizes[place], into: buffer)
        _ = content.unwrap(buffer, index.packings.isEmpty ? nil : index.packings[place])
    }
}

/// Decodes bytes that begin as a kind of picture does, as an image and as a part of a batch.
@Sendable private func decode(_ bytes: [UInt8], _ start: [UInt8]) {
    guard bytes.starts(with: start) else { return }
    _ = try? ImageDecoder().decode(bytes, path: "fuzz")
    var target = [UInt8](repeating: 0, count: 16 * 16 * 3)
    target.withUnsafeMutableBytes { target in
        bytes.withUnsafeBytes { bytes in
            try? ImageDecoder().decode(
                bytes, path: "fuzz", side: 16, mirrored: true, into: target, scratch: ReadBuffer())
        }
    }
}

/// The target that FACET_FUZZ names.
private let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FACET_FUZZ"] ?? ""
    guard let target = fuzzTargets[name] else {
        print("FACET_FUZZ must be one of: \(fuzzTargets.keys.sorted().joined(separator: ", "))")
        exit(2)
    }
    return target
}()

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
