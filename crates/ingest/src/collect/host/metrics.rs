use crate::collect::describe::metrics;

metrics! {
    CPU_USAGE = gauge("system_cpu_usage_percent", Percent, "Busy share of all cores together.");
    CPU_CORE_USAGE = gauge("system_cpu_core_usage_percent", Percent, "Busy share of one core.");
    LOAD_1 = gauge("system_load1", Number, "Load average over 1 minute.");
    LOAD_5 = gauge("system_load5", Number, "Load average over 5 minutes.");
    LOAD_15 = gauge("system_load15", Number, "Load average over 15 minutes.");

    MEMORY_USAGE = gauge("system_memory_usage_bytes", Bytes, "Memory in use that could not be freed at once: total less available.");
    MEMORY_TOTAL = gauge("system_memory_total_bytes", Bytes, "Size of the memory.");
    MEMORY_AVAILABLE = gauge("system_memory_available_bytes", Bytes, "Memory that programs can still get, caches that can be dropped included.");
    MEMORY_FREE = gauge("system_memory_free_bytes", Bytes, "Memory that nothing uses, not even a cache.");
    SWAP_USAGE = gauge("system_swap_usage_bytes", Bytes, "Swap space in use.");
    SWAP_TOTAL = gauge("system_swap_total_bytes", Bytes, "Size of the swap space; left out where there is none.");

    DISK_USAGE = gauge("system_disk_usage_bytes", Bytes, "Space of the file system that is not available: total less available, with what is reserved for root.");
    DISK_TOTAL = gauge("system_disk_total_bytes", Bytes, "Size of the file system.");
    DISK_AVAILABLE = gauge("system_disk_available_bytes", Bytes, "Space that a user other than root can still fill.");
    DISK_READ = counter("system_disk_read_bytes_total", Bytes, "Bytes read from the device.");
    DISK_WRITTEN = counter("system_disk_written_bytes_total", Bytes, "Bytes written to the device.");

    NETWORK_BYTES = counter("system_network_bytes_total", Bytes, "Bytes that went over the interface; direction is receive or transmit.");
    NETWORK_PACKETS = counter("system_network_packets_total", Number, "Packets that went over the interface; direction is receive or transmit.");
    NETWORK_ERRORS = counter("system_network_errors_total", Number, "Packets that failed on the interface; direction is receive or transmit.");

    TEMPERATURE = gauge("system_temperature_celsius", Celsius, "Temperature that the sensor reports.");

    PROCESSES = gauge("system_processes", Number, "Processes, threads not counted.");
    PROCESS_CPU = gauge("system_process_cpu_usage_percent", Percent, "CPU time of all instances of the program; 100 is one core. Only for the top 10 by CPU and by memory.");
    PROCESS_MEMORY = gauge("system_process_memory_usage_bytes", Bytes, "Resident memory of all instances of the program; shared pages count for each. Only for the top 10 by CPU and by memory.");
    PROCESS_INSTANCES = gauge("system_process_instances", Number, "Instances of the program. Only for the top 10 by CPU and by memory.");
    PROCESS_PID = gauge("system_process_pid", Number, "Process id of the program's busiest instance. Only for the top 10 by CPU and by memory.");

    UPTIME = gauge("system_uptime_seconds", Seconds, "Time since the host started.");
    BOOT_TIME = gauge("system_boot_time_seconds", Seconds, "When the host started: seconds since the epoch.");
    HOST_INFO = gauge("system_host_info", Number, "Facts about the host as labels; always 1.");
}
