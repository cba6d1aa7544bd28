import Testing

@testable import ModelExport

@Suite("Errors of an export")
struct ModelExportErrorTests {
    @Test("A refusal has the numbers and says what to do")
    func refusal() {
        let error = ModelExportError.differs(path: "a.onnx", comparison: "smallest cosine 0.3")
        #expect("\(error)".contains("smallest cosine 0.3"))
        #expect("\(error)".contains("'a.onnx' was not written"))
    }
}
