import Foundation

/// Pairs of pictures as HTML, with the pictures inside of the page.
enum HTMLGallery {
    static func render(_ gallery: ErrorGallery) -> Markup {
        guard !gallery.shown.isEmpty else { return .nothing }
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
                    element("div", ["class": "names"]) {
                        for name in names(pair) { element("span") { name } }
                    }
                }
            }
        }
    }

    private static func picture(_ picture: ErrorGallery.Picture) -> Markup {
        let data = Data(picture.jpeg).base64EncodedString()
        return element(
            "img",
            [
                "src": "data:image/jpeg;base64,\(data)", "alt": picture.name,
                "title": picture.name, "width": "112", "height": "112",
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
