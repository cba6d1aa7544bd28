import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct ReportTests {
    /// Writes a large sample for looking at, where the environment names a folder for it.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FACET_SAMPLE_REPORT"] != nil))
    func writesASampleToLookAt() throws {
        let path = try #require(ProcessInfo.processInfo.environment["FACET_SAMPLE_REPORT"])
        let folder = URL(fileURLWithPath: path)
        let many = SampleStudy(
            seeds: [1, 2, 3], pairs: 6000, failed: ["resnet50 casia arcface 2"],
            unfinished: ["mobilenetv1 ms1m marginal 3": 5])
        try many.write(to: folder.appendingPathComponent("seeds"))
        try SampleStudy(pairs: 6000).write(to: folder.appendingPathComponent("one"))
        for name in ["seeds", "one"] {
            try Report(study: folder.appendingPathComponent(name)).write()
        }
    }
}
