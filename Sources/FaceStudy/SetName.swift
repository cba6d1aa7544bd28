/// Names of training and test sets, which appear in tables and become parts of file names.
public enum SetName {
    /// What is wrong with a name, as completes "it must be ..."; nil for a good one.
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
}
