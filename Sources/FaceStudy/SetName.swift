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
}
