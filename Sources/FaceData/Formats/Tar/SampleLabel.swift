import Foundation

/// The label of a sample of a WebDataset.
enum SampleLabel {
    /// Extensions of the parts that contain it.
    static let kinds = ["cls", "json"]
    /// The largest part that can be a label, in bytes.
    static let maxBytes = 1 << 20
    /// Fields of a `.json` for the label, in order of preference.
    static let fields = [
        "label", "cls", "class", "class_id", "identity", "identity_id", "person", "person_id",
        "subject", "subject_id",
    ]

    /// The label in a part; nil if there is none.
    static func text(_ bytes: [UInt8], kind: String) -> String? {
        kind == "cls" ? plain(String(decoding: bytes, as: UTF8.self)) : json(bytes)
    }

    private static func plain(_ text: String) -> String? {
        let label = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isLine = label.utf8.count <= 1000 && label.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        return isLine && !label.isEmpty && !label.contains("\u{fffd}") ? label : nil
    }

    private static func json(_ bytes: [UInt8]) -> String? {
        // A bare number or string is a label as well.
        guard
            let value = try? JSONSerialization.jsonObject(
                with: Data(bytes), options: [.fragmentsAllowed])
        else { return nil }
        guard let object = value as? [String: Any] else { return label(value) }
        return fields.lazy.compactMap { object[$0] }.first.flatMap(label)
    }

    private static func label(_ value: Any) -> String? {
        switch value {
        case let text as String: plain(text)
        case is Bool: nil
        case let number as Int: "\(number)"
        case let number as Double: Int(exactly: number).map(String.init)
        default: nil
        }
    }
}
