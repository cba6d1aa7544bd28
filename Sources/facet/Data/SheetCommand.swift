import CommandKit
import FaceData
import Foundation
import SafeFiles
import Spelling

let sheetCommand = Command(
    "sheet", "Draw a contact sheet: one identity per row, or pairs side by side.",
    positionals: [
        Positional("set", "the set to draw"),
        Positional("picture", "the image file to write: .png, .jpg or .jpeg"),
    ],
    options: [
        Option("--rows", .value("N"), "number of rows, spread evenly over the set; default 10"),
        Option("--columns", .value("N"), "images per row; default 10"),
        Option("--size", .value("N"), "height and width of each image, in pixels; default 112"),
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
        let indices = SheetRows.indices(of: set, rows: rows, columns: columns)
        let images = try indices.map { row in try row.map { try set.source.image($0) } }
        let sheet = ContactSheet(side: side).image(of: images)
        let file = DataWork.url(arguments, "picture")
        try DataWork.requireNoSource(among: [file], arguments, set)
        try DataWork.requireOutside(file, arguments)
        try FileWriter.write(
            isPNG ? ImageEncoder.png(sheet) : ImageEncoder.jpeg(sheet, quality: 92), to: file)
        try work.write(
            ["picture": file.path],
            text: counted(indices.count, "row is", "rows are") + " in \(file.path)")
        return .success
    }
}
