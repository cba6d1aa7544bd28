import Charts
import Foundation

/// Pairs of pictures as HTML, with embedded pictures.
enum HTMLGallery {
    static func render(_ gallery: ErrorGallery) -> Markup {
        guard !gallery.shown.isEmpty else { return .nothing }
        guard gallery.hasPictures else { return list(gallery) }
        return element("ul", ["class": "gallery"]) {
            for pair in gallery.shown {
                element("li") {
                    element("div", ["class": "faces"]) {
                        picture(pair.first)
                        picture(pair.second)
                    }
                    element("p") {
                        element("strong") { "cosine \(Format.fixed(pair.cosine, 3))" }
                        element("span", ["class": "limit"]) {
                            "limit \(Format.fixed(pair.threshold, 3))"
                        }
                    }
                    if let note = pair.note {
                        element("p", ["class": "limit"]) { note }
                    }
                    element("div", ["class": "names"]) {
                        for name in names(pair) { element("span") { name } }
                    }
                }
            }
        }
    }

    /// The pairs as a list of names, if there are no pictures.
    private static func list(_ gallery: ErrorGallery) -> Markup {
        element("ul", ["class": "plain"]) {
            for pair in gallery.shown {
                element("li") {
                    "\(PathShortener.name(pair.first.name)) and "
                        + "\(PathShortener.name(pair.second.name)): cosine "
                        + "\(Format.fixed(pair.cosine, 3)), limit \(Format.fixed(pair.threshold, 3))"
                        + (pair.note.map { "; \($0)" } ?? "")
                }
            }
        }
    }

    private static func picture(_ picture: ErrorGallery.Picture) -> Markup {
        let name = PathShortener.name(picture.name)
        guard !picture.jpeg.isEmpty else {
            return element("span", ["class": "gone", "title": name]) { "no picture" }
        }
        let data = Data(picture.jpeg).base64EncodedString()
        return element(
            "img",
            [
                "src": "data:image/jpeg;base64,\(data)", "alt": name, "title": name,
                "width": "112", "height": "112",
            ])
    }

    /// The pictures' names without their folders and endings.
    private static func names(_ pair: ErrorGallery.Pair) -> [String] {
        [pair.first.name, pair.second.name].map { name in
            let file = name.split(separator: "/").last.map(String.init) ?? name
            guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
            return String(file[..<dot])
        }
    }
}
