import SafeNumbers

/// The records of a pack that are images, and those that describe identities.
struct RecordLayout: Sendable, Hashable {
    /// Indices of the images' records.
    var images: Range<Int>
    /// Indices of the records that describe identities; empty if there are none.
    var identities: Range<Int>

    /// Determines the layout of a pack.
    ///
    /// insightface's packs begin with a record that has no image but two labels: the key after the
    /// last image, and the key after the last identity. They are 32-bit floats, which represent
    /// integers exactly only up to 2^24; beyond that, the border between records with and without
    /// an image is found by binary search.
    ///
    /// - Parameters:
    ///   - first: Header of the first record, if that has no image.
    ///   - count: Number of records.
    ///   - hasImage: Whether a record has one.
    /// - Returns: The layout, or why the header's labels do not describe the pack.
    static func of(
        first: RecordHeader?, count: Int,
        hasImage: (Int) throws(FaceDataError) -> Bool
    ) throws(FaceDataError) -> Result<RecordLayout, Contradiction> {
        guard let first else {
            return .success(RecordLayout(images: 0..<count, identities: count..<count))
        }
        let invalid = Contradiction(
            reason: "its labels \(first.labels) cannot describe a pack of \(count) records")
        guard let border = first.labels.first, border.isFinite, border >= 1,
            border < Float(UInt32.max)
        else { return .failure(invalid) }
        if border < exactFloats {
            guard border.rounded() == border, Int(border) <= count else { return .failure(invalid) }
            let end = Int(border)
            // Images beyond the border would be passed over.
            for record in [end, count - 1] where record >= end && record < count {
                guard try !hasImage(record) else {
                    return .failure(
                        Contradiction(
                            reason:
                                "its first label says that images end before record \(end), but record "
                                + "\(record) has an image; make the pack again"))
                }
            }
            return .success(RecordLayout(images: 1..<end, identities: end..<count))
        }
        let end = try (1..<count).partitioningIndex { (record) throws(FaceDataError) in
            try !hasImage(record)
        }
        return .success(RecordLayout(images: 1..<end, identities: end..<count))
    }

    /// Why the header of a pack does not describe its records.
    struct Contradiction: Error, Hashable {
        let reason: String
    }

    /// 2^24: above it, not every integer is a 32-bit float.
    static let exactFloats: Float = 16_777_216
}
