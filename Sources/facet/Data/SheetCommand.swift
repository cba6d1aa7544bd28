import CommandKit
import FaceData
import Foundation
import SafeFiles

let sheetCommand = Command(
    "sheet", "Draws a contact sheet: an identity a row, or pairs side by side.",
    positionals: [
        Positional("set", "what is drawn"),
        Positional("picture", "the picture that is written: .png, .jpg or .jpeg"),
    ],
    options: [
        Option("--rows", .value("N"), "rows, spread evenly over the set; default 10"),
        Option("--columns", .value("N"), "images in a row; default 10"),
        Option("--size", .value("N"), "height and width of an image, in pixels; default 112"),
    ] + DataWork.options,
    examples: ["facet data sheet faces_emore/train.rec sheet.png"]
) { arguments in
    let work = try DataWork(arguments)
    let isPNG =
        try arguments.file("picture", endings: ["png", "jpg", "jpeg"])?.ending == "png"
    return try work.run {
        let set = try work.open(arguments)
        let rows = try arguments.whole("--rows", in: 1...200) ?? 10
        let columns = try arguments.whole("--columns", in: 1...200) ?? 10
        let side = try arguments.whole("--size", in: 8...512) ?? 112
        let places = SheetRows.places(of: set, rows: rows, columns: columns)
        let images = try places.map { row in try row.map { try set.source.image($0) } }
        let sheet = ContactSheet(side: side).image(of: images)
        let file = DataWork.url(arguments, "picture")
        try DataWork.requireNoSource(among: [file], arguments, set)
        try FileWriter.write(
            isPNG ? ImageEncoder.png(sheet) : ImageEncoder.jpeg(sheet, quality: 92), to: file)
        try work.write(
            ["picture": file.path], text: "\(places.count) rows are in \(file.path)")
        return .success
    }
}
