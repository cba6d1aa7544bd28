/// The kind of a device, whichever of several it is: runs of a study use different GPUs of a machine.
public enum DeviceKind {
    /// Kind of a device: `cuda` for `cuda:1`.
    public static func name(_ device: String) -> String {
        String(device.prefix { $0 != ":" && $0 != " " })
    }
}
