import Foundation

/// File names for images and identities of any source.
enum ImageNames {
    /// A relative path for an image, whose ending is its kind's: `identity/name.jpg`.
    ///
    /// Names that are paths keep their last part; whatever would lead out of a folder is replaced.
    static func path(identity: String, name: String, kind: ImageKind) -> String {
        let file = PathText(name).name
        let ending = PathText(file).ending
        let stem =
            LabelledImageSet.endings.contains(ending)
            ? PathText(file).withoutEnding : file
        let keepsEnding = kind.fits(ending: ending)
        return safe(identity) + "/" + (keepsEnding ? safe(file) : "\(safe(stem)).\(kind.ending)")
    }

    /// A name that is one part of a path and hides nothing.
    static func safe(_ name: String) -> String {
        let plain = name.replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "\0", with: "_").replacingOccurrences(of: "\n", with: "_")
        return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
    }
}

extension ImageKind {
    /// Whether a file of this kind may have an ending.
    fileprivate func fits(ending: String) -> Bool {
        ending == self.ending || (self == .jpeg && ending == "jpeg")
            || ((self == .pgm || self == .ppm) && ending == "pnm")
    }
}
