// The types of parameters are part of this module's interface, so that a file that defines a loss needs to
// import only this module.
@_exported public import FaceConfiguration

/// A value of a loss's parameter.
public typealias LossValue = ParameterValue

/// A parameter of a loss: its name, meaning and allowed values.
public typealias LossParameter = Parameter

/// A parameter together with the Swift type of its values, as a loss declares it.
///
/// A loss reads it by ``LossSetup/subscript(_:)``.
public typealias LossParameterKey = ParameterKey
