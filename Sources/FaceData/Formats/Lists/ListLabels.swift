import Spelling

/// The identities of a list, with the names that the list gives them.
///
/// Labels are texts; two labels are the same identity only if all of their bytes are equal: `007` and
/// `7`, or `5e1` and `50`, are different. Only the zeros that `im2rec` writes after a point
/// (`7.000000`) are dropped if all labels stay different.
///
/// If all labels are whole numbers without a sign or leading zeros, identities are in numerical
/// order, otherwise in the order of their bytes.
struct ListLabels {
    private(set) var identities: [String] = []
    /// The index in ``identities`` of each label.
    private(set) var labels: [Int] = []
    /// Warnings about the labels.
    private(set) var warnings: [String] = []

    /// Collects the labels of all lines.
    ///
    /// - Parameter fromIm2rec: Whether the list is one of `im2rec`, which writes labels as decimal
    ///   fractions.
    init(_ texts: [String], fromIm2rec: Bool = false) {
        var indices: [ExactText: Int] = [:]
        labels.reserveCapacity(texts.count)
        for text in texts {
            let index = indices[ExactText(text), default: identities.count]
            if index == identities.count {
                identities.append(text)
                indices[ExactText(text)] = index
            }
            labels.append(index)
        }
        if fromIm2rec { identities = Self.withoutFractions(identities) }
        let order = Self.order(identities)
        var rank = [Int](repeating: 0, count: order.count)
        for (index, old) in order.enumerated() { rank[old] = index }
        identities = order.map { identities[$0] }
        for index in labels.indices { labels[index] = rank[labels[index]] }
        warnings = [alike, unknown].compactMap { $0 }
    }

    /// Sorts names in the order of identities.
    static func ordered(_ names: some Collection<String>) -> [String] {
        let names = Array(names)
        return order(names).map { names[$0] }
    }

    private static func order(_ names: [String]) -> [Int] {
        let areNumbers = names.allSatisfy(isPlainNumber)
        return names.indices.sorted { first, second in
            let (one, other) = (names[first].utf8, names[second].utf8)
            if areNumbers, one.count != other.count { return one.count < other.count }
            return one.lexicographicallyPrecedes(other)
        }
    }

    /// Whether a text is a whole number without a sign or leading zeros.
    private static func isPlainNumber(_ text: some StringProtocol) -> Bool {
        let digits = text.utf8
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
            && (digits.count == 1 || digits.first != 0x30)
    }

    /// A number without its fraction, if that consists of zeros; nil for any other text.
    static func withoutFraction(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, isPlainNumber(parts[0]), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ $0 == 0x30 })
        else { return nil }
        return String(parts[0])
    }

    /// Names without fractions of zeros, except where two names would become the same.
    private static func withoutFractions(_ names: [String]) -> [String] {
        let short = names.map { withoutFraction($0) ?? $0 }
        var uses: [ExactText: Int] = [:]
        for name in short { uses[ExactText(name), default: 0] += 1 }
        return zip(names, short).map { uses[ExactText($1)] == 1 ? $1 : $0 }
    }

    // MARK: Warnings

    /// A warning about labels that are different spellings of one number.
    private var alike: String? {
        var groups: [String: [String]] = [:]
        for name in identities {
            if let number = Self.number(name) { groups[number, default: []].append(name) }
        }
        let alike = groups.values.filter { $0.count > 1 }.sorted {
            $0[0].utf8.lexicographicallyPrecedes($1[0].utf8)
        }
        guard let first = alike.first else { return nil }
        return
            "\(counted(alike.count, "number is", "numbers are")) written in several ways in the labels, and "
            + "each spelling is a separate identity: "
            + first.map { "\(quoted: $0)" }.joined(separator: " and ")
            + (alike.count > 1 ? ", ..." : "")
    }

    /// The canonical spelling of a number: without leading zeros and without a fraction of zeros.
    private static func number(_ text: String) -> String? {
        let whole = text.split(separator: ".", omittingEmptySubsequences: false)
        guard whole.count == 1 || whole.count == 2 && whole[1].utf8.allSatisfy({ $0 == 0x30 }),
            !whole[0].isEmpty, whole[0].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return String(whole[0].drop { $0 == "0" })
    }

    /// A warning about the label -1, which many lists give to unknown people.
    private var unknown: String? {
        guard let label = identities.firstIndex(where: { $0 == "-1" || $0 == "-1.000000" }) else {
            return nil
        }
        let images = labels.count { $0 == label }
        return
            "\(counted(images, "image has", "images have")) the label \(quoted: identities[label]), which "
            + "often marks unknown people, and is treated as one identity; "
            + "leave it out with --without"
    }
}
