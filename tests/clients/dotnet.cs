// Calls operations of UPS's SOAP services by the proxies that wsdl.exe wrote of UPS's WSDLs, one namespace a service.
//
//   mono program.exe PORT   with {"security", "calls": [{"service", "operation", "request"}]} as JSON on standard input
//
// Requests and results are objects of the proxies; here they are read from XML and written as XML by .NET's own
// serializer. Writes a list of {"result", "fault", "detail"}: what each call returned, or the SoapException it threw.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Web.Script.Serialization;
using System.Web.Services.Protocols;
using System.Xml;
using System.Xml.Serialization;

static class Program
{
    static readonly Type[] Types = Assembly.GetExecutingAssembly().GetTypes();

    static void Main(string[] arguments)
    {
        var json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
        var given = (Dictionary<string, object>)json.DeserializeObject(Console.In.ReadToEnd());
        var security = (Dictionary<string, object>)given["security"];
        var calls = ((object[])given["calls"]).Cast<Dictionary<string, object>>();
        Console.Out.Write(json.Serialize(calls.Select(call => Asked(arguments[0], security, call)).ToArray()));
    }

    static object Asked(string port, Dictionary<string, object> security, Dictionary<string, object> call)
    {
        var service = (string)call["service"];
        var proxy = (SoapHttpClientProtocol)Activator.CreateInstance(Types.Single(
            type => type.Namespace == service && typeof(SoapHttpClientProtocol).IsAssignableFrom(type)));
        proxy.Url = "http://127.0.0.1:" + port + "/webservices/" + service;
        var header = proxy.GetType().GetProperties().Single(
            property => typeof(SoapHeader).IsAssignableFrom(property.PropertyType));
        header.SetValue(proxy, Filled(header.PropertyType, security));
        var operation = proxy.GetType().GetMethod((string)call["operation"]);
        try
        {
            var result = operation.Invoke(proxy, new[] { Read((string)call["request"], operation.GetParameters()[0]) });
            return new { result = Written(result), fault = (string)null, detail = (string)null };
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException is SoapException)
        {
            var fault = (SoapException)thrown.InnerException;
            return new { result = (string)null, fault = fault.Message, detail = fault.Detail.OuterXml };
        }
    }

    static object Filled(Type type, Dictionary<string, object> values)
    {
        var made = Activator.CreateInstance(type);
        foreach (var value in values)
        {
            var property = type.GetProperty(value.Key);
            var inner = value.Value as Dictionary<string, object>;
            property.SetValue(made, inner == null ? value.Value : Filled(property.PropertyType, inner));
        }
        return made;
    }

    static object Read(string document, ParameterInfo parameter)
    {
        using (var reader = XmlReader.Create(new StringReader(document)))
        {
            reader.MoveToContent();
            var root = new XmlRootAttribute(reader.LocalName) { Namespace = reader.NamespaceURI };
            return new XmlSerializer(parameter.ParameterType, root).Deserialize(reader);
        }
    }

    static string Written(object result)
    {
        var text = new StringWriter();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
            new XmlSerializer(result.GetType()).Serialize(writer, result);
        return text.ToString();
    }
}
