import Spelling

extension [ConfigurationKey] {
    /// The first fault of a configuration; nil when every key and value is allowed.
    ///
    /// - Parameter order: Sorts the keys of an object whose path is given; nil sorts by name.
    func fault(
        in json: JSONValue, order: ((String) -> Int)? = nil
    ) -> ConfigurationFault? {
        ConfigurationCheck(keys: self, order: order ?? { _ in 0 }).fault(json, at: "", as: "")
    }
}

/// Traverses a configuration along its keys.
private struct ConfigurationCheck {
    let keys: [ConfigurationKey]
    let order: (String) -> Int

    /// Checks a value whose path is `place` in the file and `pattern` in the list of keys.
    func fault(
        _ value: JSONValue, at place: String, as pattern: String
    ) -> ConfigurationFault? {
        if let key = keys.first(where: { $0.path == pattern }) {
            return key.fault(in: value, at: place)
        }
        if keys.contains(where: { $0.path.hasPrefix("\(pattern)[].") }) {
            guard case .array(let entries) = value else {
                return ConfigurationFault(
                    path: place, reason: "must be a list of objects: [{ ... }]")
            }
            return entries.enumerated().lazy.compactMap { index, entry in
                fault(entry, at: "\(place)[\(index)]", as: "\(pattern)[]")
            }.first
        }
        guard case .object(let members) = value else {
            return ConfigurationFault(path: place, reason: "must be an object: { ... }")
        }
        return fault(ofMembers: members, at: place, as: pattern)
    }

    private func fault(
        ofMembers members: [String: JSONValue], at place: String, as pattern: String
    ) -> ConfigurationFault? {
        let prefix = pattern.isEmpty ? "" : "\(pattern)."
        let known = names(below: prefix)
        let ordered = members.sorted { first, second in
            (order(Self.join(place, first.key)), first.key)
                < (order(Self.join(place, second.key)), second.key)
        }
        for (name, value) in ordered {
            let path = Self.join(place, name)
            guard known.contains(name) else {
                return ConfigurationFault(
                    path: path,
                    reason: "there is no such key" + Spelling.hint(for: name, among: known)
                )
            }
            if let fault = fault(value, at: path, as: prefix + name) { return fault }
        }
        let missing = keys.first { key in
            key.isRequired && key.path.hasPrefix(prefix)
                && !key.path.dropFirst(prefix.count).contains(".")
                && members[String(key.path.dropFirst(prefix.count))] == nil
        }
        return missing.map {
            ConfigurationFault(
                path: place, reason: "its \(quoted: $0.path.dropFirst(prefix.count)) is missing")
        }
    }

    private static func join(_ place: String, _ key: String) -> String {
        place.isEmpty ? key : "\(place).\(key)"
    }

    /// Names of the keys directly below a prefix.
    private func names(below prefix: String) -> [String] {
        Set(
            keys.filter { $0.path.hasPrefix(prefix) }.compactMap { key in
                key.path.dropFirst(prefix.count).split(separator: ".").first
                    .map { $0.hasSuffix("[]") ? String($0.dropLast(2)) : String($0) }
            }
        ).sorted()
    }
}
