public import Foundation

/// The input of TensorBoard's HParams tab: summaries whose plugin data state a run's hyperparameters,
/// how it ended, and which columns a table of runs has (`plugins/hparams`: `plugin_data.proto`,
/// `api.proto`, `metadata.py`).
extension EventFile {
    /// How a run ended.
    public enum SessionStatus: Int64, Sendable {
        case success = 1
        case failure = 2
    }

    /// Writes a run's hyperparameters.
    ///
    /// - Parameter group: The tab averages runs of one group, so each run needs its own name.
    public func append(_ hparams: HParams, group: String) {
        var info = ProtocolBuffer()
        for (name, value) in hparams.values.sorted(by: { $0.key < $1.key }) {
            var entry = ProtocolBuffer()
            entry.append(name, field: 1)
            entry.append(value.message, field: 2)
            info.append(entry, field: 1)
        }
        info.append(group, field: 4)
        info.append(seconds, field: 5)
        append(Self.summary("_hparams_/session_start_info", info, field: 3))
    }

    /// Writes how the run ended.
    public func append(_ status: SessionStatus) {
        var info = ProtocolBuffer()
        info.append(status.rawValue, field: 1)
        info.append(seconds, field: 2)
        append(Self.summary("_hparams_/session_end_info", info, field: 4))
    }

    /// Writes the tab's columns for several runs into a folder beside theirs, unless they are already
    /// there.
    public static func write(
        _ experiment: HParamsExperiment, to folder: URL, now: @escaping () -> Date = { Date() }
    ) throws(FaceRunsError) {
        let summary = summary("_hparams_/experiment", experiment.message, field: 2)
        let isThere = files(in: folder).contains { file in
            (try? Data(contentsOf: file))?.range(of: summary.bytes) != nil
        }
        guard !isThere else { return }
        let file = try EventFile(in: folder, from: 0, now: now)
        file.append(summary)
        try file.flush()
    }

    /// A summary with the tab's data in its metadata, and without a value.
    private static func summary(
        _ tag: String, _ data: ProtocolBuffer, field: UInt64
    ) -> ProtocolBuffer {
        var content = ProtocolBuffer()
        content.append(data, field: field)
        var plugin = ProtocolBuffer()
        plugin.append("hparams", field: 1)
        plugin.append(content, field: 2)
        var metadata = ProtocolBuffer()
        metadata.append(plugin, field: 1)
        var value = ProtocolBuffer()
        value.append(tag, field: 1)
        value.append(emptyTensor, field: 8)
        value.append(metadata, field: 9)
        var summary = ProtocolBuffer()
        summary.append(value, field: 1)
        return summary
    }

    /// An empty float32 tensor: type 1, and one dimension of length 0.
    private static var emptyTensor: ProtocolBuffer {
        var shape = ProtocolBuffer()
        shape.append(ProtocolBuffer(), field: 2)
        var tensor = ProtocolBuffer()
        tensor.append(Int64(1), field: 1)
        tensor.append(shape, field: 2)
        return tensor
    }
}

extension HParams.Value {
    /// A `google.protobuf.Value`.
    fileprivate var message: ProtocolBuffer {
        var message = ProtocolBuffer()
        switch self {
        case .flag(let flag): message.append(flag, field: 4)
        case .number(let number): message.append(number, field: 2)
        case .text(let text): message.append(text, field: 3)
        }
        return message
    }

    fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
    fileprivate var isFlag: Bool { if case .flag = self { true } else { false } }
}

extension HParamsExperiment {
    /// The tab's codes of data types.
    private enum DataType {
        static let text: Int64 = 1
        static let flag: Int64 = 2
        static let number: Int64 = 3
    }

    fileprivate var message: ProtocolBuffer {
        var message = ProtocolBuffer()
        for (name, values) in columns {
            message.append(Self.column(name, values), field: 4)
        }
        for metric in metrics {
            var name = ProtocolBuffer()
            name.append(metric.tag, field: 2)
            var info = ProtocolBuffer()
            info.append(name, field: 1)
            info.append(metric.title, field: 3)
            // Type 2 is validation; the tab has no type for test sets.
            if metric.isValidation { info.append(Int64(2), field: 5) }
            message.append(info, field: 5)
        }
        return message
    }

    /// A column: of numbers without bounds, or of the words or flags that occur.
    private static func column(_ name: String, _ values: [HParams.Value]) -> ProtocolBuffer {
        var info = ProtocolBuffer()
        info.append(name, field: 1)
        if values.allSatisfy(\.isNumber) {
            info.append(DataType.number, field: 4)
            return info
        }
        let areFlags = values.allSatisfy(\.isFlag)
        info.append(areFlags ? DataType.flag : DataType.text, field: 4)
        var list = ProtocolBuffer()
        for value in values {
            list.append(areFlags ? value.message : HParams.Value.text(value.text).message, field: 1)
        }
        info.append(list, field: 5)
        return info
    }
}

extension StudyFolder {
    /// Folder of the columns that TensorBoard's HParams tab has for the study.
    public var experimentURL: URL { url.appendingPathComponent("tensorboard") }
}
