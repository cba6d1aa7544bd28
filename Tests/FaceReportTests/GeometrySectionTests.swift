import Charts
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct GeometrySectionTests {
    @Test func showsAnglesAndMaps() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(seeds: [1, 2], pairs: 60, epochs: 2).write(to: folder)
            let report = try Report(study: folder).render()
            #expect(report.html.contains("id=\"geometry\""))
            #expect(report.html.contains("Images of train and class weights"))
            #expect(report.html.contains("Pairs of lfw"))
            #expect(report.html.contains("first component, 31\u{A0}% of the variance"))
            #expect(report.html.contains("class=\"dots c7\""))
            // Cross-entropy has no class weights in the sample.
            #expect(report.markdown.contains("| Cross-entropy | – | – | 50.0 ± 9.0 | 86.0 ± 7.0 |"))
            let separation = 36 / ((81.0 + 49) / 2).squareRoot()
            #expect(report.markdown.contains("| \(Format.fixed(separation, 2)) |"))
        }
    }

    @Test func isLeftOutWhereNothingWasMeasured() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            for run in try StudyFolder(folder).runs() {
                try FileManager.default.removeItem(at: run.geometryURL)
            }
            let report = try Report(study: folder).render()
            #expect(!report.html.contains("id=\"geometry\""))
        }
    }

    @Test func namesAFileThatIsDamaged() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            let run = try #require(try StudyFolder(folder).runs().first)
            try Data("{".utf8).write(to: run.geometryURL)
            let report = try Report(study: folder).render()
            #expect(report.markdown.contains("geometry.json"))
            #expect(report.html.contains("id=\"geometry\""))
        }
    }

    @Test func averagesOverTheSeeds() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(seeds: [1, 2], pairs: 60, epochs: 2).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            let cell = results.cell(results.settings[0], results.losses[3])
            let own = cell.finished.compactMap { $0.geometry?.training.ownClass?.mean }
            let mean = try #require(CellGeometry(cell)?.training.ownClass?.mean)
            #expect(own.count == 2)
            #expect(abs(mean - own.reduce(0, +) / 2) < 1e-12)
        }
    }

    @Test func drawsNothingOutsideOfItsFrame() {
        let chart = Chart.map(
            MapPlot(
                groups: [.init(style: .init(slot: 0), x: [-1, 1], y: [0, 4])], x: -1...1, y: 0...4,
                xTitle: "x", yTitle: "y"))
        let svg = chart.svg(id: "m", title: "Map").rendered
        #expect(svg.contains("viewBox=\"0 0 390 464\""))
        #expect(svg.contains("class=\"dots c0\""))
        #expect(QuantilePlot.Span([1, 2, 3]) == nil)
        #expect(QuantilePlot.Span([1, 2, 3, 4, .nan]) == nil)
    }
}
