import Spelling

/// Names of training and test sets, which appear in tables and in file names.
public enum SetName {
    /// The requirement that a name violates, the end of "it must be ..."; nil for a valid one.
    public static func requirement(_ name: String) -> String? {
        let isPlain =
            !name.isEmpty && !name.hasPrefix(".") && name.first != " " && name.last != " "
            && name.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !"/\\,".unicodeScalars.contains($0)
            }
        return isPlain
            ? nil
            : "a name that is not empty, does not start with a dot or a space, does not end with a "
                + "space, and does not contain '/', '\\' or ','"
    }

    /// The requirement that a name violates because another one differs only in case; nil if none does.
    ///
    /// Both names are those of files, which many file systems would not tell apart.
    static func requirement(_ name: String, besides others: some Sequence<String>) -> String? {
        others.first { $0 != name && $0.lowercased() == name.lowercased() }.map {
            "a name that differs from \(quoted: $0) in more than upper and lower case, since files are named after both"
        }
    }
}
